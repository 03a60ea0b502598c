// How pages ask the server. Errors are Problems, which say what is wrong and where.

/** Problem is an answer that is an error: RFC 9457's title, status and detail. */
export class Problem extends Error {
  constructor({title = 'The server does not answer', status = 0, detail = '', errors} = {}) {
    const more = (errors || []).map(e => `${e.message} (${e.location})`).join('; ');
    detail = [detail, more].filter(Boolean).join(': ');
    super(detail || title);
    Object.assign(this, {name: 'Problem', title, status, detail});
  }
}

/** page names this page to the server, which lets pages take turns. */
const page = crypto.getRandomValues(new Uint32Array(2)).join('-');

/** address is a path with parameters; those that are empty are left out, lists are repeated. */
export function address(path, params = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null && one !== '' && one !== false) query.append(key, one);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function ask(path, {params, ...options} = {}) {
  let answer;
  try {
    answer = await fetch(address(path, params), {...options, headers: {'X-Page': page, ...options.headers}});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem({detail: 'likeness does not answer. Is it still running? This page goes on once it does.'});
  }
  if (answer.ok) return answer;
  let problem = {title: answer.statusText, status: answer.status};
  try { problem = await answer.json(); } catch { /* not one of ours */ }
  throw new Problem(problem);
}

/** get asks for JSON. */
export const get = async (path, params, signal) => (await ask(path, {params, signal})).json();

/** post sends JSON, and returns the JSON of the answer, or null. */
export async function post(path, body, signal, method = 'POST') {
  const answer = await ask(path, {method, signal, body: JSON.stringify(body ?? {}), headers: {'Content-Type': 'application/json'}});
  return answer.status === 204 ? null : answer.json();
}

/** bytes sends JSON or bytes, if there is a body, and returns the bytes of the answer. */
export async function bytes(path, body, signal) {
  const raw = body instanceof Uint8Array || body instanceof ArrayBuffer || body instanceof Blob;
  const answer = await ask(path, body === undefined ? {signal} : {
    method: 'POST', signal, body: raw ? body : JSON.stringify(body),
    headers: {'Content-Type': raw ? 'application/octet-stream' : 'application/json'},
  });
  return new Uint8Array(await answer.arrayBuffer());
}

/** upload sends a picture file and returns what the server says of it: {id, width, height, faces}. */
export async function upload(file, signal) {
  return (await ask('/api/uploads', {method: 'POST', signal, body: file, headers: {'Content-Type': 'application/octet-stream'}})).json();
}

/** pictureOf is the address of a member's picture. */
export const pictureOf = (index, id, side = 160) => address('/api/picture', {index, id, side});

/** uploaded is the address of a picture that was sent. */
export const uploaded = id => `/api/uploads/${id}`;

let files;
/** workspace returns what is in the folder; fresh asks anew. */
export function workspace(fresh = false) {
  if (!files || fresh) {
    const asked = get('/api/workspace');
    files = asked;
    asked.catch(() => { if (files === asked) files = undefined; });
  }
  return files;
}
