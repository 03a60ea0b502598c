// The same faces through the epochs of a training, over one slider.
import {html, useState, useEffect, useRef} from '/static/shared/ui.js';
import {bytes, address} from '/static/shared/api.js';
import {Pixels} from '/static/shared/face.js';

const pace = 160; // ms for an epoch while it plays

/** useFrame fetches pictures once; they stay in frames, which belong to the training. */
function useFrame(frames, run, show, epoch, there) {
  const [, draw] = useState(0);
  const key = show === 'epoch' ? epoch : show;
  useEffect(() => {
    if (!there || frames.has(key)) return;
    let here = true;
    bytes(address('/api/runs/faces', {run, show, epoch: show === 'epoch' ? String(epoch) : undefined})).then(
      all => { frames.set(key, all); if (here) draw(n => n + 1); },
      problem => { if (problem.status === 404) frames.set(key, undefined); }, // it was not kept any more: the one before stays
    );
    return () => { here = false; };
  }, [frames, key, there]);
  return frames.get(key);
}

export function Faces({known, run, lost}) {
  const {faces, frames, info} = known;
  const epochs = faces?.epochs || [];
  const [chosen, choose] = useState(null); // null: the latest
  const [playing, play] = useState(false);
  const at = chosen === null ? epochs.length - 1 : Math.max(0, epochs.findLastIndex(e => e <= chosen));
  const epoch = epochs[at];
  const given = useFrame(frames, run, 'given', 0, !lost && !!faces);
  const wanted = useFrame(frames, run, 'wanted', 0, !lost && !!faces?.corrupted);
  const now = useFrame(frames, run, 'epoch', epoch, !lost && epoch !== undefined);
  const last = useRef();
  if (now) last.current = {frames, now};
  const shown = now || (last.current?.frames === frames ? last.current.now : undefined); // until the next ones are there

  const latest = useRef();
  latest.current = {epochs, at};
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      const {epochs, at} = latest.current;
      if (!frames.has(epochs[at])) return;
      if (at >= epochs.length - 1) { play(false); choose(null); return; }
      choose(epochs[at + 1]);
    }, pace);
    return () => clearInterval(timer);
  }, [playing, frames]);
  useEffect(() => { choose(null); play(false); }, [frames]);

  if (!faces) return html`<${Blank} info=${info}/>`;
  const slide = e => { const to = +e.currentTarget.value; play(false); choose(to >= epochs.length - 1 ? null : epochs[to]); };
  const begin = () => {
    if (playing) { play(false); return; }
    if (at >= epochs.length - 1) choose(epochs[0]);
    play(true);
  };
  const size = faces.width * faces.height * 3;
  const names = epoch === 0 ? 'before the first step' : info?.part > 0 && at === epochs.length - 1 ? `in epoch ${epoch + 1}` : `after epoch ${epoch}`;
  const rows = [
    {label: faces.corrupted ? 'Given' : 'Picture', rgb: given},
    {label: 'Model', rgb: shown, model: true},
    ...(faces.corrupted ? [{label: 'Original', rgb: wanted}] : []),
  ];
  const half = Math.ceil(faces.names.length / 2);
  return html`
    <div class="grid-faces">
      ${[0, 1].map(part => html`<div class="band" key=${part}>${rows.map(row => html`
        <div class=${'line' + (row.model ? ' model-line' : '')} key=${row.label}>
          <span class="line-name">${row.label}</span>
          ${faces.names.slice(part * half, (part + 1) * half).map((name, i) => {
            const n = part * half + i;
            return row.rgb ? html`<${Pixels} key=${name} rgb=${row.rgb.subarray(n * size, (n + 1) * size)} w=${faces.width} h=${faces.height} alt=${`${name.replaceAll('_', ' ')}: ${row.model ? `as the model gives it back ${names}` : row.label.toLowerCase()}`}/>`
              : html`<span class="face" key=${name}></span>`;
          })}
        </div>`)}</div>`)}
    </div>
    <div class="slide">
      <button class="play" onClick=${begin} aria-label=${playing ? 'Halt the faces' : 'Play the faces through the epochs'} disabled=${epochs.length < 2}>${playing ? 'Halt' : 'Play'}</button>
      <input type="range" min="0" max=${Math.max(epochs.length - 1, 0)} step="1" value=${at} onInput=${slide} disabled=${epochs.length < 2} aria-label="Epoch of the faces" aria-valuetext=${names}/>
      <output class="number">${names}</output>
    </div>
    ${epochs.length < 2 && info?.epochs_done > 1 ? html`<p class="muted slide-note">Only the latest weights are in the file; the faces of all epochs are there while a training is watched.</p>` : null}`;
}

/** Blank holds the place of the faces until they are there. */
function Blank({info}) {
  const waiting = info && ['waiting', 'preparing', 'training', 'stopping'].includes(info.state);
  return html`
    <div class="grid-faces blank" aria-hidden="true">${[0, 1].map(part => html`<div class="band" key=${part}>${['Picture', 'Model'].map(label => html`<div class="line" key=${label}>
      <span class="line-name">${label}</span>${[0, 1, 2, 3].map(i => html`<span class="face" key=${i}></span>`)}</div>`)}</div>`)}</div>
    <p class="muted slide-note" role="status">${waiting ? 'Eight test faces are shown here once the pictures are read.' : !info?.error && (info?.model || info?.checkpoint) ? 'The faces are being made from its weights …' : ''}</p>`;
}
