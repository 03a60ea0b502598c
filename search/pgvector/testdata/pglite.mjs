// PGlite with pgvector behind PostgreSQL's protocol, on 127.0.0.1 at a free port, which is printed. It
// ends when its standard input does.
//
//   node pglite.mjs NODE_MODULES
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Node has it from 19 on; Debian 12 has 18.
globalThis.CustomEvent ??= class extends Event {
  constructor(type, init) {
    super(type, init);
    this.detail = init?.detail;
  }
};

const load = (name) => import(pathToFileURL(join(process.argv[2], '@electric-sql', name, 'dist', 'index.js')));
const { PGlite } = await load('pglite');
const { vector } = await load('pglite-pgvector');
const { PGLiteSocketServer } = await load('pglite-socket');

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
const db = await PGlite.create({ extensions: { vector } });
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port, maxConnections: 8 });
await server.start();
console.log(port);
process.stdin.on('end', () => process.exit(0)).resume();
