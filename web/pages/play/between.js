// Between two to four faces: a pad on which one moves among them.
import {html, useEffect, useLoad, useMemo, useRef, useState} from '/static/shared/ui.js';
import {post} from '/static/shared/api.js';
import {Failed, Loading, Command} from '/static/shared/states.js';
import {newFace, readFace, titleOf, wordOf} from './state.js';
import {enlarge, keep, Large, picturesOf, Small, startOf, useLatest} from './paint.js';
import {FromIndex, PictureButton, usePicture} from './begin.js';
import {Meter} from './meter.js';

const most = 4;
/** corners are where the faces lie on the pad. */
const corners = {2: [[0, 0.5], [1, 0.5]], 3: [[0.5, 0], [0, 1], [1, 1]], 4: [[0, 0], [1, 0], [0, 1], [1, 1]]};
const fallback = [11, 25, 40].map(n => wordOf({kind: 's', seed: String(n), spread: 0.9, number: 1}));

/** weightsAt returns how much of each face there is at a place. */
function weightsAt(n, [x, y]) {
  if (n === 2) return [1 - x, x];
  if (n === 4) return [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  const top = 1 - y; // the triangle is as wide as y
  const right = Math.min(Math.max(x - top / 2, 0), y);
  return [top, y - right, right];
}

/** inside moves a place onto the pad. */
function inside(n, [x, y]) {
  x = Math.min(Math.max(x, 0), 1); y = n === 2 ? 0.5 : Math.min(Math.max(y, 0), 1);
  if (n === 3) x = Math.min(Math.max(x, (1 - y) / 2), (1 + y) / 2);
  return [x, y];
}

export function Between({ground, url, go, pixels, indexes}) {
  const params = url.searchParams;
  const given = params.getAll('f').slice(0, most);
  const words = given.length > 1 ? given : fallback;
  const path = params.get('path') === 'line' ? 'line' : 'likely';
  const loop = params.get('loop') === '1';
  const said = useMemo(() => {
    const at = (params.get('at') || '').split(',').map(Number);
    return inside(words.length, at.length === 2 && at.every(Number.isFinite) ? at : words.length === 3 ? [0.5, 0.66] : [0.5, 0.5]);
  }, [params.get('at'), words.length]);
  const [draft, setDraft] = useState(null);
  const at = draft || said;
  const loaded = useLoad(signal => Promise.all(words.map(async word => {
    const start = await startOf(ground.model, readFace(word), signal);
    const {pictures} = await picturesOf('/api/play/show', {model: ground.model, code: start.code}, ground, 1, signal);
    return {...start, word, rgb: pictures[0], title: titleOf(readFace(word))};
  })), [ground, words.join(' ')]);
  const faces = loaded.data;
  const [shown, setShown] = useState(null);
  const [problem, setProblem] = useState(null);
  const canvas = useRef(), asked = useRef('');
  const show = useLatest(async (codes, weights, began) => {
    try {
      const {pictures, info} = await picturesOf('/api/play/blend', {model: ground.model, codes, weights, path}, ground);
      if (canvas.current) enlarge(canvas.current, pictures[0], ground, pixels);
      if (began) performance.measure('slider to picture', {start: began, end: performance.now()});
      setShown({rgb: pictures[0], info});
      setProblem(null);
    } catch (error) { setProblem(error); }
  });
  /** ask asks for the picture of a place, at once: an effect would come a frame later. */
  const ask = (place, began) => {
    if (!faces) return;
    const weights = weightsAt(faces.length, inside(faces.length, place));
    const wish = JSON.stringify([words, weights, path]);
    if (wish === asked.current) return;
    asked.current = wish;
    show(faces.map(f => f.code), weights, began);
  };
  useEffect(() => ask(at), [faces, at[0], at[1], path]); // from the address bar
  const change = list => go({f: list, at: null});
  const command = useLoad(async signal => faces ? post('/api/play/command', {verb: 'morph', model: ground.model, pictures: faces.map(f => f.path || ''), path, steps: 13, loop}, signal) : null, [faces, path, loop]);
  if (loaded.error) return html`<div class="stack"><${Failed} error=${loaded.error} again=${loaded.again}/><div><button onClick=${() => change(fallback)}>Begin with other faces</button></div></div>`;
  if (!faces || !shown) return html`<${Loading} what="Painting faces"/>`;
  const weights = weightsAt(faces.length, at);
  const round = v => Math.round(v * 1000) / 1000;
  const save = (file, body, name) => keep(file, body, name).then(() => setProblem(null), setProblem);
  return html`<div class="one between">
    <section class="stand" aria-label="The face between">
      <${Large} canvas=${canvas} rgb=${shown.rgb} size=${ground} pixels=${pixels} alt=${faces.map((f, i) => `${Math.round(100 * weights[i])} % ${f.title}`).join(', ')}/>
      <${Meter} ground=${ground} info=${shown.info}/>
      <div class="row">
        <button onClick=${() => save('/api/play/face.png', {model: ground.model, code: shown.info.code}, 'face.png')}>PNG ${ground.width}×${ground.height}</button>
        <button onClick=${() => save('/api/play/face.png', {model: ground.model, code: shown.info.code, scale: 16}, 'face-large.png')}>PNG large</button>
        <button onClick=${() => save('/api/play/morph.gif', {model: ground.model, codes: faces.map(f => f.code), path, steps: 13, loop}, 'morph.gif')}>GIF from face to face</button>
        <label class="check"><input type="checkbox" checked=${loop} onChange=${e => go({loop: e.currentTarget.checked ? '1' : null}, {replace: true})}/> round</label>
        <a class="button" href=${change1(url, shown.info.code)}>Change this face</a>
      </div>
      ${problem ? html`<${Failed} error=${problem}/>` : null}
      ${command.data?.line ? html`<${Command} line=${command.data.line}/>` : html`<p class="muted small">${command.data?.why || ' '}</p>`}
    </section>
    <section class="panel stack" aria-label="The faces to mix">
      <${Pad} faces=${faces} at=${at} weights=${weights} ground=${ground}
        onMove=${(to, when) => { ask(to, when); setDraft(inside(faces.length, to)); }}
        onRest=${to => { go({at: inside(faces.length, to).map(round).join(',')}, {replace: true}); setDraft(null); }}/>
      <div class="row" role="group" aria-label="The way between faces">
        <button aria-pressed=${path === 'likely'} onClick=${() => go({path: null}, {replace: true})}>Likely</button>
        <button aria-pressed=${path === 'line'} onClick=${() => go({path: 'line'}, {replace: true})}>Straight</button>
        <span class="muted small grow">${path === 'likely' ? 'Around the middle: every face on the way is as likely as a real one.' : 'Through the middle, where faces are averages.'}</span>
      </div>
      <ul class="slots">
        ${faces.map((f, i) => html`<${Slot} key=${i + f.word} face=${f} share=${weights[i]} ground=${ground} indexes=${indexes} few=${faces.length <= 2}
          set=${next => change(words.with(i, wordOf(next)))} drop=${() => change(words.toSpliced(i, 1))}/>`)}
      </ul>
      ${faces.length < most ? html`<div class="row"><button onClick=${() => change([...words, wordOf(newFace())])}>Add a face</button></div>` : null}
    </section>
  </div>`;
}

/** change1 is the address at which a face is changed by sliders. */
function change1(url, code) {
  const next = new URLSearchParams();
  for (const name of ['model']) if (url.searchParams.get(name)) next.set(name, url.searchParams.get(name));
  next.set('face', wordOf({kind: 'c', code}));
  return `/play?${next}`;
}

/** Slot is one of the faces, and what can be taken in its place. */
function Slot({face, share, ground, indexes, few, set, drop}) {
  const [open, setOpen] = useState(false), [choosing, setChoosing] = useState(false);
  return html`<li class="slot">
    <${Small} rgb=${face.rgb} size=${ground} alt=""/>
    <span class="slot-name">${face.title}<span class="muted number">${Math.round(100 * share)} %</span></span>
    <button class="quiet" aria-expanded=${open} aria-label=${`Change ${face.title} for another face`} onClick=${() => setOpen(!open)}>change</button>
    <button class="quiet" disabled=${few} aria-label=${`Remove ${face.title}`} onClick=${drop}>remove</button>
    ${open ? html`<div class="row slot-choice">
      <button onClick=${() => set(newFace())}>New face</button>
      <button onClick=${() => set({kind: 'm'})}>Mean face</button>
      <${SlotPicture} set=${set}/>
      <${FromIndex} indexes=${indexes} open=${choosing} toggle=${() => setChoosing(!choosing)} set=${set}/>
    </div>` : null}
  </li>`;
}

function SlotPicture({set}) {
  const picture = usePicture(set);
  return html`<${PictureButton} ...${picture}/>${picture.error ? html`<${Failed} error=${picture.error}/>` : null}`;
}

/** Pad is a place among faces, which a pointer or arrow keys move. */
function Pad({faces, at, weights, ground, onMove, onRest}) {
  const area = useRef(), moving = useRef(false), last = useRef(at);
  const n = faces.length;
  const place = e => {
    const box = area.current.getBoundingClientRect();
    return [(e.clientX - box.left) / box.width, n === 2 ? 0.5 : (e.clientY - box.top) / box.height];
  };
  const to = (place, when) => { last.current = place; onMove(place, when); };
  const down = e => { e.preventDefault(); area.current.focus({preventScroll: true}); area.current.setPointerCapture(e.pointerId); moving.current = true; to(place(e), e.timeStamp); };
  const move = e => { if (moving.current) to(place(e), e.timeStamp); };
  const up = () => { if (moving.current) { moving.current = false; onRest(last.current); } };
  const key = e => {
    const step = {ArrowLeft: [-0.04, 0], ArrowRight: [0.04, 0], ArrowUp: [0, -0.04], ArrowDown: [0, 0.04]}[e.key];
    const end = {Home: 0, End: n - 1}[e.key];
    if (!step && end === undefined) return;
    e.preventDefault();
    onRest(step ? [at[0] + step[0], at[1] + step[1]] : corners[n][end]);
  };
  const percent = v => `${100 * v}%`;
  return html`<div class=${`pad of-${n}`}>
    <div class="pad-area" ref=${area} tabindex="0" role="slider" aria-label="The place among the faces; arrow keys move it"
      aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(100 * weights[0])} aria-valuetext=${faces.map((f, i) => `${Math.round(100 * weights[i])} % ${f.title}`).join(', ')}
      onPointerDown=${down} onPointerMove=${move} onPointerUp=${up} onPointerCancel=${up} onKeyDown=${key}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${n === 2
        ? html`<line x1="0" y1="50" x2="100" y2="50"/>`
        : html`<polygon points=${(n === 3 ? corners[3] : [[0, 0], [1, 0], [1, 1], [0, 1]]).map(([x, y]) => `${100 * x},${100 * y}`).join(' ')}/>`}</svg>
      ${faces.map((f, i) => html`<span class="pad-face" key=${i} style=${{left: percent(corners[n][i][0]), top: percent(corners[n][i][1])}}><${Small} rgb=${f.rgb} size=${ground} alt=${f.title}/></span>`)}
      <span class="pad-mark" style=${{left: percent(at[0]), top: percent(at[1])}}></span>
    </div>
  </div>`;
}
