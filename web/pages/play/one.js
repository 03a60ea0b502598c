// One face under sliders.
import {html, useEffect, useLoad, useMemo, useRef, useState} from '/static/shared/ui.js';
import {address, post} from '/static/shared/api.js';
import {Failed, Loading, Command} from '/static/shared/states.js';
import {isMoved, moveBody, nothing, readFace, readMove, titleOf, wordOf, writeMove} from './state.js';
import {base64, enlarge, keep, Large, picturesOf, Small, startOf, useLatest} from './paint.js';
import {Attributes, Numbers} from './sliders.js';
import {Begin} from './begin.js';
import {Meter} from './meter.js';
import {Mend} from './mend.js';

export function OneFace({ground, url, go, pixels, indexes}) {
  const params = url.searchParams;
  // Other pages lead here with a member of an index, or with a picture that was sent.
  const word = params.get('face') || (params.get('id') ? wordOf({kind: 'i', index: params.get('index'), id: params.get('id')}) : params.get('upload') ? wordOf({kind: 'u', upload: params.get('upload')}) : '');
  const face = useMemo(() => readFace(word), [word]);
  const start = useLoad(async signal => {
    const begun = await startOf(ground.model, face, signal);
    const {pictures, info} = await picturesOf('/api/play/show', {model: ground.model, code: begun.code}, ground, 1, signal);
    return {...begun, word, rgb: pictures[0], as: info};
  }, [ground, word]);
  const set = (next, options) => go({face: wordOf(next), index: null, id: null, upload: null, by: null, hold: null, along: null}, options);
  if (start.error) return html`<div class="stack"><${Failed} error=${start.error} again=${start.again}/><${Begin} face=${face} set=${set} indexes=${indexes}/></div>`;
  if (!start.data) return html`<${Loading} what="Painting a face"/>`;
  return html`<${Face} key=${start.data.word} ground=${ground} face=${readFace(start.data.word)} start=${start.data} set=${set} url=${url} go=${go} pixels=${pixels} indexes=${indexes}/>`;
}

/** wishOf is what a picture is asked for by, as a text. */
const wishOf = (move, detail) => JSON.stringify([detail, moveBody(move)]);

function Face({ground, face, start, set, url, go, pixels, indexes}) {
  const said = useMemo(() => readMove(url.searchParams), [url.search]);
  const [draft, setDraft] = useState(null); // while a slider is being pulled
  const move = draft || said;
  const [shown, setShown] = useState({rgb: start.rgb, info: start.as, wish: wishOf(nothing(), false)});
  const [problem, setProblem] = useState(null);
  const [before, setBefore] = useState(false);
  const [painting, setPainting] = useState(false);
  const canvas = useRef();
  const asked = useRef(''); // the move whose picture was asked for last

  const detail = !!start.picture && url.searchParams.get('detail') === '1';
  const photograph = useMemo(() => detail ? {photograph: base64(start.picture)} : {}, [detail, start]);

  const show = useLatest(async (move, began) => {
    try {
      const {pictures, info} = await picturesOf('/api/play/show', {model: ground.model, code: start.code, ...photograph, ...moveBody(move)}, ground);
      if (canvas.current && !before) enlarge(canvas.current, pictures[0], ground, pixels);
      // How long a slider's picture took, for whoever measures: User Timing.
      if (began) performance.measure('slider to picture', {start: began, end: performance.now()});
      setShown({rgb: pictures[0], info, wish: wishOf(move, detail)});
      setProblem(null);
    } catch (error) { setProblem(error); }
  });
  /** ask asks for the picture of a move, at once: an effect would come a frame later. */
  const ask = (next, began) => {
    const wish = wishOf(next, detail);
    if (wish === (asked.current || shown.wish)) return;
    asked.current = wish;
    show(next, began);
  };
  useEffect(() => ask(move), [JSON.stringify(move), detail]); // from the address bar

  /** pull is called while a slider moves, commit when it rests. */
  const pull = (next, when) => { ask(next, when); setDraft(next); };
  const commit = next => { go(writeMove(next), {replace: true}); setDraft(null); };
  const take = code => { setPainting(false); set({kind: 'c', code}); };
  const as = start.as;
  const parts = {ground, as, info: shown.info, move, pull, commit};
  if (painting) return html`<${Mend} ground=${ground} shown=${shown} photo=${!isMoved(move) && start.picture} pixels=${pixels} take=${take} close=${() => setPainting(false)}/>`;
  return html`<div class="one">
    <section class="stand" aria-label="The face" aria-busy=${!problem && shown.wish !== wishOf(move, detail)}>
      <${Large} canvas=${canvas} rgb=${before ? (detail ? start.picture : start.rgb) : shown.rgb} size=${ground} pixels=${pixels} alt=${`${titleOf(face)}, painted by ${ground.model}`}/>
      <${Meter} ground=${ground} info=${shown.info} />
      <div class="who">
        ${start.picture ? html`<span class="photo" title="The photograph, as small as the model sees it"><${Small} rgb=${start.picture} size=${ground} alt="The photograph, as small as the model sees it"/></span>` : null}
        <strong class="name">${titleOf(face)}</strong>
      </div>
      <div class="row actions">
        ${start.picture ? html`<button aria-pressed=${detail} title="Add what the numbers do not hold of the photograph" onClick=${() => go({detail: detail ? null : '1'}, {replace: true})}>Detail</button>` : null}
        <button aria-pressed=${before} disabled=${!isMoved(move)} onClick=${() => setBefore(!before)}>Before</button>
        <button disabled=${!isMoved(move) && !move.hold.length} onClick=${() => commit(nothing())}>Reset</button>
        <button onClick=${() => setPainting(true)}>Paint</button>
      </div>
      ${problem ? html`<${Failed} error=${problem}/>` : null}
      <${Begin} face=${face} set=${set} indexes=${indexes}/>
      <${Keep} ground=${ground} face=${face} indexes=${indexes} start=${start} move=${said} photograph=${photograph} code=${shown.info.code} go=${go}/>
    </section>
    <section class="panel" aria-label="What to change">
      <${Attributes} ...${parts}/>
      <${Numbers} ...${parts}/>
    </section>
  </div>`;
}

/** Keep offers the face as files, and the command that makes it. */
function Keep({ground, face, indexes, start, move, photograph, code, go}) {
  const [problem, setProblem] = useState(null);
  const state = {model: ground.model, code: start.code, ...photograph, ...moveBody(move)};
  const save = (path, body, name) => keep(path, body, name).then(() => setProblem(null), setProblem);
  const search = face.kind === 'i' ? address('/search', {index: face.index, id: face.id}) : face.kind === 'u' && indexes.length ? address('/search', {upload: face.upload}) : '';
  const command = useLoad(signal => post('/api/play/command', {verb: 'edit', model: ground.model, pictures: [start.path || ''], steps: 9, detail: !!photograph.photograph, ...moveBody(move)}, signal), [JSON.stringify([start.path, move]), photograph]);
  return html`<section class="keep stack" aria-label="Keep it">
    <div class="row">
      <button onClick=${() => save('/api/play/face.png', state, 'face.png')}>PNG ${ground.width}×${ground.height}</button>
      <button onClick=${() => save('/api/play/face.png', {...state, scale: 16}, 'face-large.png')}>PNG large</button>
      <button disabled=${!isMoved(move)} onClick=${() => save('/api/play/face.gif', {...state, steps: 9}, 'face.gif')}>GIF of the change</button>
      <button class="quiet" onClick=${() => go({view: 'morph', f: [wordOf({kind: 'c', code}), ...others(code)], at: null})}>Mix it with others</button>
      ${search ? html`<a class="button" href=${search}>Find who is like it</a>` : null}
    </div>
    ${problem ? html`<${Failed} error=${problem}/>` : null}
    ${command.data?.line ? html`<${Command} line=${command.data.line}/>` : html`<p class="muted small">${command.data?.why || ' '}</p>`}
  </section>`;
}

/** others are two more faces to mix with, always the same for the same code. */
function others(code) {
  const n = Math.abs(Math.round(1e4 * (code[0] + code[code.length - 1]))) % 100000;
  return [1, 2].map(k => wordOf({kind: 's', seed: String(n + k), spread: 0.9, number: 1}));
}
