// How a model was trained, and how well it does beside what needs no training.
import {html, useState} from '/static/shared/ui.js';
import {post} from '/static/shared/api.js';
import {Failed} from '/static/shared/states.js';
import {useTask, TaskView} from '/static/shared/task.js';

const W = 560, H = 220, left = 90, bottom = 26, top = 10, right = 10;

/** small writes an error. */
const small = v => v >= 0.1 ? v.toFixed(3) : v.toFixed(5);

/** History is the loss of training and test pictures, epoch by epoch. */
export function History({training}) {
  const list = training?.history || [];
  if (list.length < 2) return html`<p class="muted">${list.length ? `One epoch: loss ${small(list[0].loss)}.` : 'No history is kept in the file.'}</p>`;
  const held = list.some(e => e.test_loss) ? ['test_loss', 'test pictures'] : ['validation_loss', 'validation pictures'];
  const lines = [['loss', 'training pictures', 'training'], [...held, 'test']].map(([key, title, kind]) => ({key, title, kind, values: list.map(e => e[key] || null)})).filter(l => l.values.some(Boolean));
  const all = lines.flatMap(l => l.values).filter(Boolean);
  const low = Math.log(Math.min(...all)), high = Math.log(Math.max(...all));
  const x = i => left + (W - left - right) * i / (list.length - 1);
  const y = v => top + (H - top - bottom) * (high - Math.log(v)) / (high - low || 1);
  const ticks = [0, 0.5, 1].map(s => Math.exp(low + s * (high - low)));
  return html`<figure class="history">
    <svg viewBox=${`0 0 ${W} ${H}`} role="img" aria-label=${`Loss over ${list.length} epochs; the table below has the numbers`}>
      ${ticks.map(v => html`<g key=${v}><line class="grid" x1=${left} x2=${W - right} y1=${y(v)} y2=${y(v)}/><text x=${left - 8} y=${y(v) + 4} text-anchor="end">${small(v)}</text></g>`)}
      <text x=${left} y=${H - 6}>epoch 1</text><text x=${W - right} y=${H - 6} text-anchor="end">epoch ${list.length}</text>
      ${lines.map(l => html`<polyline key=${l.key} class=${l.kind} points=${l.values.map((v, i) => v ? `${x(i)},${y(v)}` : '').join(' ')}/>`)}
    </svg>
    <figcaption class="row">${lines.map(l => html`<span key=${l.key} class=${`key ${l.kind}`}>${l.title}: ${small(l.values.findLast(Boolean))}</span>`)}</figcaption>
    <details><summary class="muted">The numbers</summary><div class="scroll numbers-table"><table><thead><tr><th>epoch</th>${lines.map(l => html`<th class="number" key=${l.key}>${l.title}</th>`)}</tr></thead>
      <tbody>${list.map((e, i) => html`<tr key=${i}><td>${e.epoch}</td>${lines.map(l => html`<td class="number" key=${l.key}>${l.values[i] ? small(l.values[i]) : ''}</td>`)}</tr>`)}</tbody></table></div></details>
  </figure>`;
}

const yardsticks = [['pca', 'Exact PCA, same code'], ['wiener', 'Wiener filter'], ['gaussian_fill', 'Gaussian fill, told the mask'], ['mean_fill', 'Mean picture in the holes'], ['nothing', 'Pictures left as they are'], ['mean_image', 'Always the mean picture']];

/** Score measures a model beside what needs no training. */
export function Score({model, again}) {
  const [id, setId] = useState();
  const [problem, setProblem] = useState(null);
  const task = useTask(id, again);
  const running = task && (task.state === 'running' || task.state === 'waiting');
  const measure = () => { setProblem(null); setId(); post('/api/model/score', {model: model.model}).then(t => setId(t.id), setProblem); };
  const s = model.score;
  if (!s) return html`<div class="stack">
    <p class="muted">Measured on its test pictures, beside what needs no training: exact PCA, the mean picture, for a denoiser the Wiener filter.</p>
    ${running ? null : html`<div><button onClick=${measure}>Measure it</button></div>`}
    <${TaskView} task=${task}/>
    ${problem ? html`<${Failed} error=${problem}/>` : null}
  </div>`;
  const rows = [['This model', s.test_mse, true], ...yardsticks.map(([key, title]) => [title, s.yardsticks[key], false])].filter(([, v]) => v !== null && v !== undefined).sort((a, b) => a[1] - b[1]);
  const most = Math.max(...rows.map(([, v]) => v));
  return html`<div class="stack">
    <table class="yardsticks"><caption class="muted">Mean squared error on ${s.n_test.toLocaleString('en')} test pictures; shorter is better</caption><tbody>
      ${rows.map(([title, v, own]) => html`<tr key=${title} class=${own ? 'own' : ''}><th scope="row">${title}</th><td><span class="measure" style=${{width: `${100 * v / most}%`}}></span></td><td class="number">${small(v)}</td></tr>`)}
    </tbody></table>
    ${model.verdict ? html`<p><strong>${model.verdict.split('\n')[0]}</strong> ${model.verdict.split('\n').slice(1).join(' ')}</p>` : null}
  </div>`;
}
