// The losses of a training over its epochs, and what needs no training as lines across.
import {html, useEffect, useRef} from '/static/shared/ui.js';
import Plot from '/static/vendor/uplot.js';
import {error, short} from './words.js';

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** ticks are 1, 2 and 5 times powers of ten, as few as name the range. */
function ticks(min, max) {
  const list = [];
  for (let p = Math.floor(Math.log10(min)); p <= Math.ceil(Math.log10(max)); p++)
    for (const m of [1, 2, 3, 5, 7]) {
      const v = m * 10 ** p;
      if (v >= min && v <= max) list.push({v, m});
    }
  for (const keep of [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const some = list.filter(t => keep.includes(t.m));
    if (some.length <= 8) return some.map(t => t.v);
  }
  return list.filter(t => t.m === 1).map(t => t.v);
}

/** around is a range that holds some values, with a little more on both sides of it. */
function around(values) {
  const all = values.filter(v => v > 0 && Number.isFinite(v));
  if (!all.length) return [0.001, 0.1];
  const min = Math.min(...all), max = Math.max(...all), more = Math.max((max / min) ** 0.08, 1.06);
  return [min / more, max * more];
}

/** least is the least part of an epoch that a point of the training loss is the mean of. */
const least = 1 / 12;

/**
 * losses are points of the training loss, each the mean over the steps since the one before, in the middle of them. The
 * events tell the mean over the epoch so far. Of an epoch without steps there is its mean.
 * @returns {{x: number, loss: number}[]}
 */
export function losses({epochs, steps}) {
  const points = [], seen = new Set();
  let from = {epoch: 0, step: 0, sum: 0};
  for (const s of steps) {
    if (!(s.step > 0) || !(s.loss > 0)) continue;
    if (s.epoch !== from.epoch) from = {epoch: s.epoch, step: 0, sum: 0};
    const sum = s.loss * s.step, taken = s.step - from.step;
    if (taken < least * s.steps && s.step < s.steps || taken < 1) continue;
    const loss = (sum - from.sum) / taken;
    if (loss > 0) points.push({x: s.epoch - 1 + (from.step + taken / 2) / s.steps, loss});
    seen.add(s.epoch);
    from = {epoch: s.epoch, step: s.step, sum};
  }
  for (const e of epochs) if (!seen.has(e.epoch) && e.loss > 0) points.push({x: e.epoch - 0.5, loss: e.loss});
  return points.sort((a, b) => a.x - b.x);
}

/** endOf is where an epoch ends; one that was cut short ends earlier. */
const endOf = (e, info) => e.images && info?.n_train ? e.epoch - 1 + e.images / info.n_train : e.epoch;

/** series makes the plot's numbers of what is known: x is the epoch, with a fraction for a part of it. */
export function series(known) {
  const at = new Map();
  for (const p of losses(known)) at.set(p.x, {loss: p.loss});
  for (const e of known.epochs) {
    const x = endOf(e, known.info);
    at.set(x, {...at.get(x), test: e.test_loss || e.validation_loss});
  }
  const x = [...at.keys()].sort((a, b) => a - b);
  return [x, x.map(v => at.get(v).loss ?? null), x.map(v => at.get(v).test ?? null)];
}

export function Chart({known}) {
  const box = useRef(), read = useRef(), plot = useRef(), latest = useRef(known);
  latest.current = known;
  const {info, epochs, steps, baselines} = known;
  const apart = !!info?.noise_units; // the training loss has a scale of its own
  const narrow = matchMedia('(max-width: 980px)').matches;
  const height = narrow ? 320 : info?.corruption ? 640 : 430; // of a denoiser three rows of faces are beside it
  const total = Math.max(info?.epochs || 0, epochs.length, 1);

  useEffect(() => {
    const lines = u => {
      const {ctx, bbox} = u, ratio = devicePixelRatio;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour('--muted');
      ctx.lineWidth = ratio;
      ctx.font = `${12 * ratio}px ${colour('--sans') || 'sans-serif'}`;
      ctx.textAlign = 'right';
      ctx.textBaseline = 'alphabetic';
      let above = Infinity;
      for (const {name, mse} of [...latest.current.baselines].sort((a, b) => a.mse - b.mse)) {
        const y = u.valToPos(mse, 'y', true);
        if (!(y > bbox.top && y < bbox.top + bbox.height)) continue;
        ctx.setLineDash([2 * ratio, 4 * ratio]);
        ctx.beginPath();
        ctx.moveTo(bbox.left, y);
        ctx.lineTo(bbox.left + bbox.width, y);
        ctx.stroke();
        if (above - y < 15 * ratio) continue; // its name would lie on that of the line below
        above = y;
        const text = `${short[name] || name} ${error(mse)}`, right = bbox.left + bbox.width - 6 * ratio, wide = ctx.measureText(text).width;
        ctx.fillStyle = colour('--card');
        ctx.fillRect(right - wide - 4 * ratio, y - 17 * ratio, wide + 8 * ratio, 15 * ratio);
        ctx.fillStyle = colour('--muted');
        ctx.fillText(text, right, y - 5 * ratio);
      }
      ctx.restore();
    };
    const point = u => {
      const [x, training, test] = u.data, i = u.cursor.idx;
      if (i === null || i === undefined || !x.length) { read.current.textContent = ''; return; }
      const near = list => { // the nearest point that has a value, within an epoch
        for (let d = 0; d < x.length; d++) for (const k of [i - d, i + d]) if (list[k] && Math.abs(x[k] - x[i]) < 1) return list[k];
        return undefined;
      };
      read.current.textContent = [`epoch ${+x[i].toFixed(1)}`, near(training) && `training ${error(near(training))}`, near(test) && `${latest.current.info?.validation ? 'validation' : 'test'} ${error(near(test))}`].filter(Boolean).join('  ');
    };
    const axis = {stroke: () => colour('--muted'), font: '12px "JetBrains Mono", monospace', grid: {stroke: () => colour('--line'), width: 1}, ticks: {show: false}};
    const values = key => {
      const {epochs, baselines, info} = latest.current;
      const training = losses(latest.current).map(p => p.loss);
      if (key === 'noise') return training;
      const own = [...epochs.map(e => e.test_loss || e.validation_loss), ...(info?.noise_units ? [] : training)];
      const far = own.length ? 2.5 * Math.max(...own) : Infinity; // a line far above would press the curves flat
      return [...own, ...baselines.map(b => b.mse).filter(v => v < far)];
    };
    const errorAxis = (scale, side, label) => ({
      ...axis, scale, side, size: 62, label, labelSize: 18, labelFont: '12px "Instrument Sans", sans-serif', grid: side === 3 ? axis.grid : {show: false},
      splits: (u, i, min, max) => ticks(min, max), values: (u, all) => all.map(v => v >= 0.001 ? String(+v.toPrecision(3)) : v.toExponential(0)), filter: (u, all) => all,
    });
    const u = plot.current = new Plot({
      width: box.current.clientWidth, height, legend: {show: false}, cursor: {y: false, drag: {x: false, y: false}, points: {size: 7}},
      padding: [12, apart ? 4 : 14, 0, 0],
      scales: {
        x: {time: false, range: () => [0, Math.max(latest.current.info?.epochs || 0, latest.current.epochs.length, 1)]},
        y: {distr: 3, range: () => around(values('y'))},
        ...(apart ? {noise: {distr: 3, range: () => around(values('noise'))}} : {}),
      },
      axes: [
        {...axis, label: 'epochs', size: 30, labelSize: 20, labelFont: '12px "Instrument Sans", sans-serif', incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], space: 44},
        errorAxis('y', 3, 'mean squared error'),
        ...(apart ? [errorAxis('noise', 1, 'training loss, in units of the noise')] : []),
      ],
      series: [
        {},
        {label: 'training', scale: apart ? 'noise' : 'y', stroke: () => colour('--training'), width: 2, points: {show: false}, spanGaps: true},
        {label: 'test', scale: 'y', stroke: () => colour('--test'), width: 2, dash: [7, 4], spanGaps: true, points: {show: true, size: 5, fill: () => colour('--test')}},
      ],
      hooks: {draw: [lines], setCursor: [point]},
    }, [[], [], []], box.current);
    u.over.setAttribute('aria-hidden', 'true');
    const fit = new ResizeObserver(() => box.current && u.setSize({width: box.current.clientWidth, height}));
    fit.observe(box.current);
    const theme = new MutationObserver(() => u.redraw());
    theme.observe(document.documentElement, {attributes: true, attributeFilter: ['data-theme']});
    return () => { fit.disconnect(); theme.disconnect(); u.destroy(); };
  }, [apart, height]);

  useEffect(() => { plot.current.setData(series(known)); }, [apart, height, epochs.length, steps.length, steps.at(-1), baselines, total]);

  const on = info?.validation ? 'validation' : 'test';
  return html`
    <div class="legend"><span class="key training">training</span><span class="key test">${on} pictures</span>
      ${baselines.length ? html`<span class="key none">needs no training</span>` : null}
      <span class="read number" ref=${read} aria-hidden="true"></span></div>
    <div class="plot" style=${{minHeight: height + 'px'}} ref=${box} role="img" aria-label=${describe(known, on)}></div>
    <${Numbers} known=${known} on=${on}/>`;
}

/** describe says in a sentence what the plot shows. */
function describe({epochs, baselines, info}, on) {
  if (!epochs.length) return 'Losses by epoch; no epoch is complete yet.';
  const e = epochs.at(-1);
  return `Losses by epoch. After epoch ${e.epoch} of ${info?.epochs || epochs.length} the training loss is ${error(e.loss)}, the error on ${on} pictures ${error(e.test_loss || e.validation_loss)}.` +
    baselines.map(b => ` ${b.name}: ${error(b.mse)}.`).join('');
}

/** Numbers are the plot's in a table. */
function Numbers({known: {epochs, baselines}, on}) {
  return html`<details class="numbers"><summary>The numbers in a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Losses by epoch"><table>
      <thead><tr><th scope="col">Epoch</th><th scope="col" class="number">Training loss</th><th scope="col" class="number">Error on ${on} pictures</th><th scope="col" class="number">Learning rate</th></tr></thead>
      <tbody>
        ${baselines.map(b => html`<tr key=${b.name}><th scope="row">${b.name}</th><td></td><td class="number">${error(b.mse)}</td><td></td></tr>`)}
        ${[...epochs].reverse().map(e => html`<tr key=${e.epoch}><th scope="row">${e.epoch}${e.images ? `, ${e.images.toLocaleString('en')} pictures of it` : ''}</th><td class="number">${error(e.loss)}</td><td class="number">${error(e.test_loss || e.validation_loss)}</td><td class="number">${e.learning_rate?.toPrecision(3)}</td></tr>`)}
      </tbody></table></div></details>`;
}
