// Reads and writes HDF5 with h5wasm.
//
//   LIKENESS_NODE_MODULES=FOLDER node h5wasm.mjs describe FILE.h5...
//   LIKENESS_NODE_MODULES=FOLDER node h5wasm.mjs make FILE.h5
//
// Both write FILE.json, as describe.py does.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeFileSync } from 'node:fs'

const h5wasm = (await import(pathToFileURL(join(process.env.LIKENESS_NODE_MODULES, 'h5wasm/dist/node/hdf5_hl.js')))).default
await h5wasm.ready

const list = (v) => (v === null || v === undefined ? [] : typeof v === 'string' || typeof v === 'number' || typeof v === 'bigint' ? [v] : Array.from(v))

function describe(path) {
  const seen = {}
  const visit = (name, o) => {
    const entry = { attributes: {} }
    for (const [key, a] of Object.entries(o.attrs)) {
      const v = list(a.value)
      const text = typeof v[0] === 'string'
      entry.attributes[key] = text ? v : /[bhiqBHIQ]$/.test(a.dtype) ? v.map(Number) : v.length
    }
    if (o instanceof h5wasm.Dataset) {
      entry.shape = o.shape
      entry.sum = list(o.value).reduce((a, b) => a + b, 0)
    }
    seen[name] = entry
    if (o instanceof h5wasm.Group) for (const key of o.keys()) visit(name === '/' ? `/${key}` : `${name}/${key}`, o.get(key))
  }
  const f = new h5wasm.File(path, 'r')
  visit('/', f)
  f.close()
  writeFileSync(path.replace(/\.h5$/, '.json'), JSON.stringify(seen))
}

function make(path) {
  const f = new h5wasm.File(path, 'w')
  const names = []
  for (let i = 0; i < 60; i++) {
    const name = `conv2d_${i}`
    names.push(name)
    const g = f.create_group(name)
    g.create_attribute('weight_names', [`${name}/kernel:0`, `${name}/bias:0`])
    const vars = g.create_group('vars')
    const kernel = Float32Array.from({ length: 24 }, (_, k) => Math.sin(i + k))
    vars.create_dataset({ name: '0', data: kernel, shape: [2, 2, 2, 3] })
    vars.create_dataset({ name: '1', data: kernel.slice(0, 20), shape: [4, 5], chunks: [3, 2], compression: 'gzip', compression_opts: [4] })
    vars.create_dataset({ name: '2', data: Float64Array.from(kernel), shape: [24], dtype: '<d' })
  }
  f.create_attribute('layer_names', names)
  f.create_attribute('backend', 'tensorflow')
  f.close()
  describe(path)
}

const [verb, ...paths] = process.argv.slice(2)
for (const path of paths) (verb === 'make' ? make : describe)(path)
