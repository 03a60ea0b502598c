// The networks of main.go in onnxruntime-node, on one thread. Arguments: the network, and the input's
// dimensions as 8x3x112x112; ONNX_BENCH_INPUT names the file with its numbers.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(path.join(process.env.LIKENESS_NODE_MODULES, "x.js"));
const ort = require("onnxruntime-node");
const [file, shape] = process.argv.slice(2);
const dims = shape.split("x").map(Number);
const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
const bytes = fs.readFileSync(process.env.ONNX_BENCH_INPUT);
const x = new ort.Tensor("float32", new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), dims);
const feeds = { [session.inputNames[0]]: x };
console.log(JSON.stringify({ about: "onnxruntime-node" }));
for await (const line of readline.createInterface({ input: process.stdin })) {
  const seconds = Number(line.split(" ")[1]);
  const before = process.cpuUsage(), start = performance.now();
  let images = 0, y;
  do {
    y = (await session.run(feeds))[session.outputNames[0]].data;
    images += dims[0];
  } while ((performance.now() - start) / 1000 < seconds);
  const used = process.cpuUsage(before);
  console.log(JSON.stringify({ images, cpu: (used.user + used.system) / 1e6, code: Array.from(y.subarray(0, y.length / dims[0])) }));
}
