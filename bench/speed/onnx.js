// The conv autoencoder's forward runs in onnxruntime-node. Arguments: the model
// as ONNX, which pytorch.py exports; the file with the pictures; threads. The
// commands are those of pytorch.py, less training: "losses" gives the first
// loss alone, computed from the first forward run.
const fs = require("node:fs");
const readline = require("node:readline");
const ort = require("onnxruntime-node");

const BATCH = 32, SIDE = 32, CHANNELS = 3;

// pictures reads the tensor of a safetensors file and makes batches of it as
// the exported network has them: (N, C, H, W), mirrored.
function pictures(path) {
  const file = fs.readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  const [begin, end] = JSON.parse(file.toString("utf8", 8, 8 + length))["speed/pictures"].data_offsets;
  const bytes = file.buffer.slice(file.byteOffset + 8 + length + begin, file.byteOffset + 8 + length + end);
  const all = new Float32Array(bytes);
  const batches = [];
  const size = SIDE * SIDE * CHANNELS;
  for (let first = 0; first < all.length; first += BATCH * size) {
    const x = new Float32Array(BATCH * size);
    let at = 0;
    for (let n = 0; n < BATCH; n++)
      for (let c = 0; c < CHANNELS; c++)
        for (let pixel = SIDE * SIDE - 1; pixel >= 0; pixel--)
          x[at++] = all[first + n * size + pixel * CHANNELS + c];
    batches.push({ x: new ort.Tensor("float32", x, [BATCH, CHANNELS, SIDE, SIDE]) });
  }
  return batches;
}

const answer = (facts) => console.log(JSON.stringify(facts));

async function main([model, file, threads]) {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: "all",
  });
  const batches = pictures(file);
  let turn = 0;
  answer({ about: `onnxruntime-node ${ort.env.versions.node}` });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, number] = line.split(" ");
    if (command === "losses") {
      const x = batches[0].x.data, y = (await session.run(batches[0])).y.data;
      answer({ losses: [x.reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0) / x.length] });
    } else if (command === "forward") {
      const start = performance.now();
      let images = 0, took;
      do {
        await session.run(batches[turn++ % batches.length]);
        images += BATCH;
        took = (performance.now() - start) / 1000;
      } while (took < Number(number));
      answer({ images, seconds: took });
    } else {
      throw new Error(`command ${line}: expected losses or forward`);
    }
  }
}

main(process.argv.slice(1));
