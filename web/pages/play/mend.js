// Painting over a face: what is hidden is filled in, what is painted is sought, and the model finds the face that fits.
import {html, useEffect, useRef, useState} from '/static/shared/ui.js';
import {Failed} from '/static/shared/states.js';
import {base64, enlarge, Large, picturesOf, useLatest} from './paint.js';
import {Meter} from './meter.js';

const whole = 16; // the weight of a pixel of the picture
const strong = 96; // of one that was painted
const side = 512;

/**
 * @param {{shown: {rgb: Uint8Array, info: {code: number[]}}, photo: Uint8Array | false, take: (code: number[]) => void}} props
 */
export function Mend({ground, shown, photo, pixels, take, close}) {
  const {width: w, height: h} = ground;
  const under = photo || shown.rgb;
  const [tool, setTool] = useState('hide');
  const [colour, setColour] = useState('#2b211c');
  const [size, setSize] = useState(2);
  const [mended, setMended] = useState({rgb: shown.rgb, info: shown.info});
  const [problem, setProblem] = useState(null);
  const layer = useRef();
  layer.current ??= {want: Uint8Array.from(under), weights: new Uint8Array(w * h).fill(whole)};
  const canvas = useRef(), cursor = useRef(null), painting = useRef(false), dirty = useRef(false);
  const code = useRef(shown.info.code); // the search goes on from the last answer

  const find = useLatest(async () => {
    const {want, weights} = layer.current;
    try {
      const {pictures, info} = await picturesOf('/api/play/mend', {model: ground.model, code: code.current, pixels: base64(want), weights: base64(weights)}, ground);
      code.current = info.code;
      setMended({rgb: pictures[0], info});
      setProblem(null);
    } catch (error) { setProblem(error); }
  });

  const draw = () => {
    const {want, weights} = layer.current;
    enlarge(canvas.current, want, ground, pixels);
    const to = canvas.current.getContext('2d'), cell = canvas.current.width / w;
    for (let i = 0; i < w * h; i++) {
      const x = (i % w) * cell, y = Math.floor(i / w) * cell;
      if (weights[i] === whole) continue;
      if (weights[i]) { to.fillStyle = `rgb(${want[3 * i]},${want[3 * i + 1]},${want[3 * i + 2]})`; to.fillRect(x, y, cell, cell); continue; }
      to.fillStyle = '#8a827b'; to.fillRect(x, y, cell, cell);
      to.fillStyle = '#a39b94'; to.fillRect(x, y, cell / 2, cell / 2); to.fillRect(x + cell / 2, y + cell / 2, cell / 2, cell / 2);
    }
    if (cursor.current) {
      const [x, y] = cursor.current;
      to.strokeStyle = '#fff'; to.lineWidth = 2; to.strokeRect((x - size + 1) * cell, (y - size + 1) * cell, (2 * size - 1) * cell, (2 * size - 1) * cell);
      to.strokeStyle = '#000'; to.lineWidth = 1; to.strokeRect((x - size + 1) * cell, (y - size + 1) * cell, (2 * size - 1) * cell, (2 * size - 1) * cell);
    }
  };
  useEffect(draw);

  const dab = (x, y) => {
    const {want, weights} = layer.current;
    const rgb = [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16));
    const reach = size - 0.5;
    for (let py = Math.ceil(y - reach); py <= y + reach; py++)
      for (let px = Math.ceil(x - reach); px <= x + reach; px++) {
        if (px < 0 || py < 0 || px >= w || py >= h || (px - x) ** 2 + (py - y) ** 2 > reach ** 2 + 0.3) continue;
        const i = py * w + px;
        weights[i] = {hide: 0, colour: strong, restore: whole}[tool];
        for (let c = 0; c < 3; c++) want[3 * i + c] = tool === 'colour' ? rgb[c] : under[3 * i + c];
      }
    dirty.current = true;
    draw();
    find();
  };
  const place = e => {
    const box = canvas.current.getBoundingClientRect();
    return [Math.floor((e.clientX - box.left) / box.width * w), Math.floor((e.clientY - box.top) / box.height * h)];
  };
  const down = e => { e.preventDefault(); canvas.current.focus({preventScroll: true}); canvas.current.setPointerCapture(e.pointerId); painting.current = true; cursor.current = null; dab(...place(e)); };
  const moved = e => {
    if (!painting.current) return;
    const all = e.getCoalescedEvents?.() || [];
    for (const one of all.length ? all : [e]) dab(...place(one));
  };
  const up = () => { painting.current = false; };
  const key = e => {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[e.key];
    if (!step && e.key !== ' ' && e.key !== 'Enter') return;
    e.preventDefault();
    cursor.current ??= [w >> 1, h >> 1];
    if (step) {
      cursor.current = cursor.current.map((v, i) => Math.min(Math.max(v + step[i], 0), [w, h][i] - 1));
      draw();
    } else dab(...cursor.current);
  };
  const clear = () => {
    layer.current = null;
    dirty.current = false;
    code.current = shown.info.code;
    setMended({rgb: shown.rgb, info: shown.info});
  };
  const tools = [['hide', 'Hide'], ['colour', 'Colour'], ['restore', 'Restore']];
  return html`<div class="mend stack">
    <div class="pair">
      <figure><div class="large-face"><canvas class="easel" ref=${canvas} width=${side} height=${side} tabindex="0" role="img"
        aria-label="The face to paint on. Arrow keys move the brush, space paints." onPointerDown=${down} onPointerMove=${moved} onPointerUp=${up} onPointerCancel=${up} onKeyDown=${key}></canvas></div>
        <figcaption>${photo ? 'the photograph, paint here' : 'paint here'}</figcaption></figure>
      <figure><${Large} rgb=${mended.rgb} size=${ground} pixels=${pixels} alt="The face that fits what was painted"/><figcaption>the face that fits</figcaption></figure>
    </div>
    <div class="row" role="group" aria-label="Brush">
      ${tools.map(([name, title]) => html`<button key=${name} aria-pressed=${tool === name} onClick=${() => setTool(name)}>${title}</button>`)}
      ${tool === 'colour' ? html`<input type="color" aria-label="Colour of the brush" value=${colour} onInput=${e => setColour(e.currentTarget.value)}/>` : null}
      <label class="spread inline"><span>Brush</span><input type="range" min="1" max="5" step="1" value=${size} onInput=${e => setSize(Number(e.currentTarget.value))}/></label>
    </div>
    <p class="muted small">${{hide: 'What you hide is filled in by what fits the rest: glasses, a hand, a spot.', colour: 'What you paint is what the model looks for: a darker mouth, lighter hair.', restore: 'Brings the picture back where you paint.'}[tool]}</p>
    <${Meter} ground=${ground} info=${mended.info}/>
    ${problem ? html`<${Failed} error=${problem}/>` : null}
    <div class="row">
      <button class="primary" disabled=${!dirty.current} onClick=${() => take(mended.info.code)}>Take this face</button>
      <button disabled=${!dirty.current} onClick=${clear}>Clear</button>
      <button class="quiet" onClick=${close}>Back</button>
    </div>
  </div>`;
}
