// Runs ONNX files with onnxruntime-node.
//
//     node run.mjs FOLDER
//
// FOLDER/jobs.json lists jobs {model, input, dims, type, output}; inputs and outputs are raw numbers.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const require = createRequire(path.join(process.env.LIKENESS_NODE_MODULES, "x.js"));
const ort = require("onnxruntime-node");
const folder = process.argv[2];
for (const job of JSON.parse(fs.readFileSync(path.join(folder, "jobs.json"), "utf8"))) {
  const session = await ort.InferenceSession.create(path.join(folder, job.model), { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  const bytes = fs.readFileSync(path.join(folder, job.input));
  const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const x = new ort.Tensor(job.type, job.type === "uint8" ? Uint8Array.from(numbers) : numbers, job.dims);
  const answer = await session.run({ [session.inputNames[0]]: x });
  const y = answer[job.name || session.outputNames[0]].data;
  fs.writeFileSync(path.join(folder, job.output), Buffer.from(y.buffer, y.byteOffset, y.byteLength));
}
