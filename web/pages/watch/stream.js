// What is known of a training, from its events. The server sends them again after a reload, and the rest of them after a
// connection was lost.
import {useState, useEffect, useRef} from '/static/shared/ui.js';
import {address} from '/static/shared/api.js';

const kinds = ['state', 'preparing', 'step', 'epoch', 'baselines', 'faces'];
const again = 2000; // ms until a page asks again that was refused

/** fresh is a training of which nothing is known yet. */
const fresh = () => ({info: undefined, epochs: [], steps: [], baselines: [], faces: undefined, preparing: undefined, step: undefined, frames: new Map(), had: undefined});

/** take adds an event to what is known. */
export function take(known, kind, event) {
  switch (kind) {
    case 'state':
      if (event.begins) Object.assign(known, fresh(), {before: known.info?.id === event.run.id ? {epochs: known.epochs, frames: known.frames, faces: known.faces} : undefined});
      known.info = event.run;
      if (event.run.state !== 'preparing') known.preparing = undefined;
      break;
    case 'preparing': known.preparing = event.preparing; break;
    case 'step':
      known.step = event.step;
      known.steps.push(event.step);
      if (known.steps.length > 2048) known.steps = known.steps.filter((_, i) => i % 2);
      break;
    case 'epoch': known.epochs.push(event.epoch); break;
    case 'baselines': known.baselines = event.baselines; break;
    case 'faces':
      known.faces = event.faces;
      remember(known);
      break;
  }
}

/** remember keeps the faces that this page has of a training which a server that was started anew has only the latest of. */
function remember(known) {
  const {before, epochs} = known;
  if (before?.faces && before.epochs.length <= epochs.length && before.epochs.every((e, i) => e.loss === epochs[i].loss)) {
    known.frames = before.frames;
    known.had = before.faces.epochs.filter(e => before.frames.get(e));
  }
  known.before = undefined;
  if (known.had) known.faces = {...known.faces, epochs: [...new Set([...known.had, ...known.faces.epochs])].sort((a, b) => a - b)};
}

/**
 * useTraining follows a training, or the list of all alone, and draws again once a frame when something happened.
 * @param {string|undefined} run
 * @returns {{known: object, list?: object[], closed?: boolean, lost: boolean}}
 */
export function useTraining(run) {
  const state = useRef({known: fresh(), lost: false});
  const [, draw] = useState(0);
  useEffect(() => {
    let source, timer, frame, here = true;
    state.current = {...state.current, known: fresh(), run};
    const changed = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(n => n + 1); }); };
    const connect = () => {
      source = new EventSource(address('/api/runs/events', {run}));
      source.onerror = () => {
        state.current.lost = true;
        changed();
        if (source.readyState === EventSource.CLOSED && here) timer = setTimeout(connect, again); // the browser does not try again
      };
      source.addEventListener('runs', e => {
        const {runs, closed, server} = JSON.parse(e.data);
        // What another server knows of the training comes next: until then nothing is asked of it by what this page knows.
        const lost = state.current.lost && state.current.server !== server && runs.some(i => i.id === run);
        Object.assign(state.current, {list: runs, closed, server, lost});
        changed();
      });
      for (const kind of kinds)
        source.addEventListener(kind, e => { state.current.lost = false; take(state.current.known, kind, JSON.parse(e.data)); changed(); });
    };
    connect();
    changed();
    return () => { here = false; source.close(); clearTimeout(timer); cancelAnimationFrame(frame); };
  }, [run]);
  return {...state.current, known: {...state.current.known}}; // what is drawn does not change under the hands of those who draw
}
