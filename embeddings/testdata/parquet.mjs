// Reads a Parquet file with hyparquet and prints its rows, or writes one with hyparquet-writer:
//   node parquet.mjs read FILE      node parquet.mjs write FILE
// Modules are looked for in the folder that LIKENESS_NODE_MODULES names.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { readFileSync, writeFileSync } from 'node:fs'

const require = createRequire(process.env.LIKENESS_NODE_MODULES + '/')
const load = name => import(pathToFileURL(require.resolve(name)).href)
const [what, file] = process.argv.slice(2)
if (what === 'read') {
  const { parquetReadObjects, parquetMetadata, parquetSchema } = await load('hyparquet')
  const bytes = readFileSync(file)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const rows = await parquetReadObjects({ file: buffer })
  console.log(parquetSchema(parquetMetadata(buffer)).children.map(c => c.element.name).join(' '))
  for (const r of rows) console.log(JSON.stringify(r))
} else {
  const { parquetWriteBuffer } = await load('hyparquet-writer')
  writeFileSync(file, Buffer.from(parquetWriteBuffer({
    columnData: [
      { name: 'path', data: ['a.jpg', 'b.jpg'], type: 'STRING' },
      { name: 'label', data: ['Ada', null], type: 'STRING' },
      { name: 'date', data: [new Date('2024-02-29T12:00:01Z'), null], type: 'TIMESTAMP' },
      { name: 'embedding_0', data: [1.5, -2], type: 'DOUBLE' },
      { name: 'embedding_1', data: [0.25, 3], type: 'DOUBLE' },
    ],
  })))
}
