// Runs the models of a folder in onnxruntime. For each NAME.json, {inputs: [{name, type, dims}], outputs: [{name, type}]},
// it gives NAME.onnx the inputs NAME.in0, NAME.in1, ... and writes the outputs NAME.out0, ...: raw numbers.
//
//   LIKENESS_NODE_MODULES=FOLDER node run.mjs FOLDER
import { createRequire } from 'node:module'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ort = createRequire(join(process.env.LIKENESS_NODE_MODULES, 'resolve.js'))('onnxruntime-node')
const folder = process.argv[2]
const arrays = { float32: Float32Array, uint8: Uint8Array }
let failed = 0
for (const file of readdirSync(folder).filter((f) => f.endsWith('.json')).sort()) {
  const name = file.slice(0, -'.json'.length)
  const { inputs, outputs } = JSON.parse(readFileSync(join(folder, file)))
  try {
    const session = await ort.InferenceSession.create(join(folder, `${name}.onnx`), { intraOpNumThreads: 1 })
    const feeds = {}
    inputs.forEach(({ name: input, type, dims }, i) => {
      const bytes = readFileSync(join(folder, `${name}.in${i}`))
      const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      feeds[input] = new ort.Tensor(type, new arrays[type](copy), dims)
    })
    const results = await session.run(feeds)
    outputs.forEach(({ name: output, type }, i) => {
      const t = results[output]
      if (t.type !== type) throw new Error(`output ${output} is of ${t.type}, expected ${type}`)
      writeFileSync(join(folder, `${name}.out${i}`), new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength))
    })
    await session.release()
  } catch (e) {
    failed++
    console.error(`${name}: ${e.message}`)
  }
}
process.exit(failed ? 1 : 0)
