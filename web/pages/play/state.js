// What the address bar says of this page, as values, and back.

/**
 * A face is named in one word, so that it fits the address bar:
 *   m                 the mean face
 *   s:SEED:SPREAD:N   a new face, the N-th of its seed
 *   u:ID:NAME         a picture that was sent
 *   i:INDEX:ID        a member of an index
 *   c:CODE            any other face, by its code: float32s in base64
 * @typedef {{kind: string, seed?: string, spread?: number, number?: number, upload?: string, name?: string, index?: string, id?: string, code?: number[]}} Face
 */

/** readFace returns the face that a word names; a new face where it names none. */
export function readFace(word) {
  const [kind, ...rest] = (word || '').split(':');
  const parts = rest.map(p => { try { return decodeURIComponent(p); } catch { return p; } });
  switch (kind) {
    case 'm': return {kind};
    case 'u': return {kind, upload: parts[0], name: parts[1] || ''};
    case 'i': return {kind, index: parts[0], id: parts[1]};
    case 'c': { const code = readCode(parts[0]); if (code) return {kind, code}; }
  }
  return {kind: 's', seed: /^\d+$/.test(parts[0]) ? parts[0] : '1', spread: number(parts[1], 0.9, 0, 4), number: Math.round(number(parts[2], 1, 1, 4096))};
}

/** wordOf is the inverse of readFace. */
export function wordOf(face) {
  const list = {
    m: [], s: [face.seed, face.spread, face.number], u: [face.upload, face.name], i: [face.index, face.id], c: [face.code && writeCode(face.code)],
  }[face.kind];
  return [face.kind, ...list.map(v => encodeURIComponent(v ?? ''))].join(':');
}

/** titleOf says what a face is. */
export function titleOf(face) {
  return {m: 'The mean face', s: face.number > 1 ? `New face ${face.seed}.${face.number}` : `New face ${face.seed}`, u: face.name || 'Your picture', i: face.id, c: 'A changed face'}[face.kind];
}

/** newFace is a new face of nobody. */
export const newFace = (spread = 0.9) => ({kind: 's', seed: String(crypto.getRandomValues(new Uint32Array(1))[0] % 1000000), spread, number: 1});

function number(text, fallback, low, high) {
  const v = parseFloat(text);
  return Number.isFinite(v) ? Math.min(Math.max(v, low), high) : fallback;
}

function writeCode(code) {
  const bytes = new Uint8Array(new Float32Array(code).buffer);
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function readCode(text) {
  try {
    const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(raw, c => c.charCodeAt(0));
    return bytes.length && bytes.length % 4 === 0 ? [...new Float32Array(bytes.buffer)] : null;
  } catch { return null; }
}

/**
 * A move is what is done to a face: by are changes of attributes in standard deviations by their names, hold the attributes
 * that stay, along changes of numbers by their axes.
 * @typedef {{by: Object<string, number>, hold: string[], along: Object<number, number>}} Move
 */

/** readMove returns the move that the address bar says. */
export function readMove(params) {
  const pairs = name => Object.fromEntries(params.getAll(name).map(text => {
    const at = text.lastIndexOf(':');
    return [text.slice(0, at), number(text.slice(at + 1), 0, -100, 100)];
  }).filter(([key, v]) => key && v));
  return {by: pairs('by'), hold: params.getAll('hold'), along: pairs('along')};
}

/** writeMove is the inverse of readMove, as parameters for go. */
export function writeMove(move) {
  const pairs = list => Object.entries(list).filter(([, v]) => v).map(([key, v]) => `${key}:${v}`);
  return {by: pairs(move.by), hold: move.hold, along: pairs(move.along)};
}

/** nothing is the move that changes nothing. */
export const nothing = () => ({by: {}, hold: [], along: {}});

/** isMoved says whether a move changes anything. */
export const isMoved = move => Object.values(move.by).some(Boolean) || Object.values(move.along).some(Boolean);

/** moveBody is a move as the server takes it. A held attribute that is moved has its own score anyway. */
export function moveBody(move) {
  const wants = Object.entries(move.by).filter(([, v]) => v).map(([name, v]) => ({name, strength: Math.abs(v), ...(v < 0 ? {less: true} : {})}));
  return {
    wants, hold: wants.length ? move.hold.filter(name => !move.by[name]) : [],
    along: Object.entries(move.along).filter(([, v]) => v).map(([axis, by]) => ({axis: Number(axis), by})),
  };
}
