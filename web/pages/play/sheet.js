// Many new faces at once.
import {html, useLoad, useState} from '/static/shared/ui.js';
import {post} from '/static/shared/api.js';
import {arrows} from '/static/shared/face.js';
import {Failed, Loading, Command} from '/static/shared/states.js';
import {newFace, wordOf} from './state.js';
import {keep, picturesOf, Small} from './paint.js';

const sizes = [12, 24, 48, 96];

export function Sheet({ground, url, go}) {
  const params = url.searchParams;
  const seed = /^\d{1,15}$/.test(params.get('seed') || '') ? params.get('seed') : '42';
  const said = Math.min(4, Math.max(0, parseFloat(params.get('spread') ?? '0.9') || 0));
  const n = sizes.includes(Number(params.get('n'))) ? Number(params.get('n')) : 24;
  const [spread, setSpread] = useState(null); // while it is being pulled
  const body = {model: ground.model, number: n, spread: spread ?? said, seed: Number(seed)};
  const sheet = useLoad(signal => picturesOf('/api/play/sheet', body, ground, n, signal), [JSON.stringify(body)]);
  const command = useLoad(signal => post('/api/play/command', {verb: 'sample', ...body}, signal), [n, said, seed]);
  const [problem, setProblem] = useState(null);
  const far = sheet.data?.info.places.filter(p => p === 'far').length || 0;
  return html`<div class="stack">
    <div class="row">
      <button class="primary" onClick=${() => go({seed: newFace().seed})}>New faces</button>
      <label class="spread inline"><span>Spread <span class="number">${body.spread.toFixed(1)}</span></span>
        <input type="range" min="0" max="1.5" step="0.1" value=${body.spread} onInput=${e => setSpread(Number(e.currentTarget.value))}
          onChange=${e => { go({spread: e.currentTarget.value}, {replace: true}); setSpread(null); }}/></label>
      <label class="field inline"><span>How many</span><select value=${n} onChange=${e => go({n: e.currentTarget.value}, {replace: true})}>${sizes.map(s => html`<option value=${s} key=${s}>${s}</option>`)}</select></label>
      <button onClick=${() => keep('/api/play/sheet.png', {...body, spread: said}, 'faces.png').then(() => setProblem(null), setProblem)}>PNG</button>
      <span class="muted small" role="status">${far ? `${far} of ${n} are far from the faces it learned` : `Nobody here exists. Choose one to change it.`}</span>
    </div>
    ${sheet.error || problem ? html`<${Failed} error=${sheet.error || problem} again=${sheet.again}/>` : null}
    ${sheet.data ? html`<div class="faces sheet" role="group" aria-label="New faces" onKeyDown=${arrows}>
      ${sheet.data.pictures.map((rgb, i) => html`<a class="tile" key=${i} href=${play(url, seed, body.spread, i)} aria-label=${`New face ${i + 1}${sheet.data.info.places[i] === 'far' ? ', far from the faces it learned' : ''}`}>
        <${Small} rgb=${rgb} size=${ground} alt=""/></a>`)}
    </div>` : sheet.error ? null : html`<${Loading} what="Painting faces"/>`}
    ${command.data?.line ? html`<${Command} line=${command.data.line}/>` : null}
  </div>`;
}

/** play is the address at which a face of the sheet is changed. */
function play(url, seed, spread, i) {
  const next = new URLSearchParams();
  for (const name of ['model', 'pixels']) if (url.searchParams.get(name)) next.set(name, url.searchParams.get(name));
  next.set('face', wordOf({kind: 's', seed, spread, number: i + 1}));
  return `/play?${next}`;
}
