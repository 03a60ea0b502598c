// Faces as the model paints them, and how they come from the server.
import {html, useRef, useLayoutEffect, useEffect} from '/static/shared/ui.js';
import {bytes, get} from '/static/shared/api.js';
import {paint} from '/static/shared/face.js';

/** pictureOf asks for pictures and returns {pictures: [rgb], info}. */
export async function picturesOf(path, body, {width, height}, count = 1, signal) {
  const all = await bytes(path, body, signal);
  const size = width * height * 3;
  const pictures = Array.from({length: count}, (_, i) => all.subarray(i * size, (i + 1) * size));
  return {pictures, info: JSON.parse(new TextDecoder().decode(all.subarray(count * size)))};
}

/** base64 writes bytes as the server takes them in JSON. */
export const base64 = list => btoa(String.fromCharCode(...list));

/** startOf returns the face that a word names: {name, code, picture, path}. */
export async function startOf(model, face, signal) {
  if (face.kind === 'c') return {name: 'a changed face', code: face.code};
  const {upload, index, id, seed, spread, number} = face;
  const start = await get('/api/play/start', face.kind === 'm' ? {model} : {model, upload, index, id, seed, spread, number}, signal);
  if (start.picture) start.picture = Uint8Array.from(atob(start.picture), c => c.charCodeAt(0));
  if (face.kind === 'u') start.path = face.name;
  return start;
}

/**
 * latest runs one call at a time. Of the calls that come meanwhile only the last one is run, so that what is shown follows
 * the hand and nothing piles up.
 */
export function latest(work) {
  let busy = false, next;
  return async function run(...args) {
    if (busy) { next = args; return; }
    busy = true;
    try { await work(...args); } finally {
      busy = false;
      if (next) { const waiting = next; next = undefined; run(...waiting); }
    }
  };
}

/** useLatest is latest for the life of a component, with the work of its last rendering. */
export function useLatest(work) {
  const current = useRef(work);
  current.current = work;
  const run = useRef();
  run.current ??= latest((...args) => current.current?.(...args));
  useEffect(() => () => { current.current = null; }, []);
  return run.current;
}

const side = 512; // pixels of a large face

/** enlarge paints a small picture large, smoothly or with its pixels. */
export function enlarge(canvas, rgb, {width, height}, pixels) {
  const small = enlarge.small ??= document.createElement('canvas');
  paint(small, rgb, width, height);
  const scale = Math.max(1, Math.floor(side / Math.max(width, height)));
  const w = width * scale, h = height * scale;
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  const to = canvas.getContext('2d', {willReadFrequently: true}); // small pictures are faster without a graphics card
  to.imageSmoothingEnabled = !pixels;
  to.imageSmoothingQuality = 'high';
  to.drawImage(small, 0, 0, w, h);
}

/** Large is a large face. */
export function Large({rgb, size, pixels, alt, canvas}) {
  const own = useRef();
  const at = canvas || own;
  useLayoutEffect(() => { if (rgb) enlarge(at.current, rgb, size, pixels); }, [rgb, size, pixels]);
  return html`<div class="large-face"><canvas ref=${at} role="img" aria-label=${alt} width=${side} height=${side}></canvas></div>`;
}

/** Small is a face of some words' size; without alt it is for the eye alone. */
export function Small({rgb, size, alt}) {
  const canvas = useRef();
  useLayoutEffect(() => { if (rgb) paint(canvas.current, rgb, size.width, size.height); }, [rgb, size]);
  return html`<canvas class="face" ref=${canvas} width=${size.width} height=${size.height} ...${alt ? {role: 'img', 'aria-label': alt} : {'aria-hidden': 'true'}}></canvas>`;
}

/** keep lets the person keep a file that the server makes. */
export async function keep(path, body, name) {
  const file = new Blob([await bytes(path, body)]);
  const a = document.createElement('a');
  a.href = URL.createObjectURL(file);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}
