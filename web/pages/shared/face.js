// Faces on a page.
import {html, useRef, useState, useLayoutEffect} from './ui.js';
import {pictureOf} from './api.js';

/** Photo is a picture of a collection. */
export const Photo = ({index, id, side = 160, alt = ''}) => {
  const source = pictureOf(index, id, side);
  const [missing, setMissing] = useState('');
  if (missing === source) return html`<span class="face missing" role="img" aria-label=${`${alt || id}: no picture`}>no picture</span>`;
  return html`<img class="face" loading="lazy" decoding="async" width=${side} height=${side} src=${source} alt=${alt} onError=${() => setMissing(source)}/>`;
};

/**
 * Pixels is a picture as a model gives it: w x h pixels of three bytes. It is shown with crisp pixels or smoothly, as the
 * person chose.
 */
export function Pixels({rgb, w, h, alt}) {
  const canvas = useRef();
  useLayoutEffect(() => { if (rgb) paint(canvas.current, rgb, w, h); }, [rgb, w, h]);
  return html`<canvas class="face" ref=${canvas} width=${w} height=${h} role="img" aria-label=${alt}></canvas>`;
}

/** paint writes w x h pixels of three bytes into a canvas. */
export function paint(canvas, rgb, w, h) {
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  const data = new ImageData(w, h);
  for (let i = 0, j = 0; i < w * h * 3; i += 3, j += 4) {
    data.data[j] = rgb[i]; data.data[j + 1] = rgb[i + 1]; data.data[j + 2] = rgb[i + 2]; data.data[j + 3] = 255;
  }
  canvas.getContext('2d').putImageData(data, 0, 0);
}

/**
 * arrows lets arrow keys move the focus among the tiles of a grid. Give it to the grid as onKeyDown.
 */
export function arrows(e) {
  const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: 'row', ArrowUp: '-row', Home: 'first', End: 'last'}[e.key];
  if (!step || e.target.closest('input, select, textarea')) return;
  const tiles = [...e.currentTarget.querySelectorAll('.tile')];
  const at = tiles.indexOf(e.target.closest('.tile'));
  if (at < 0) return;
  const top = tiles[0].getBoundingClientRect().top;
  const next = tiles.findIndex(t => t.getBoundingClientRect().top > top + 4);
  const across = next < 0 ? tiles.length : next;
  const to = {row: at + across, '-row': at - across, first: 0, last: tiles.length - 1}[step] ?? at + step;
  if (!tiles[to]) return;
  e.preventDefault();
  tiles[to].focus();
}
