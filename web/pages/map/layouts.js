// Layouts of an index: those that are there are fetched, others are made in the background and shown on the way.
import {useState, useEffect, useRef} from '/static/shared/ui.js';
import {get, post, bytes, address} from '/static/shared/api.js';

/** The layouts, and what to call them. */
export const methods = [
  {name: 'pca', title: 'PCA', about: 'The two directions along which the codes vary most. At once, linear, and blind to who is whose neighbour.'},
  {name: 'umap', title: 'UMAP', about: 'Pulls each face to its nearest neighbours. Takes seconds.'},
  {name: 'tsne', title: 't-SNE', about: 'Keeps most neighbours together. Takes longest; the map shows how far it is.'},
];

const fetchPositions = async (params, signal) => new Uint16Array((await bytes(address('/api/map/positions', params), undefined, signal)).buffer);

/**
 * useLayout shows a layout on a view.
 * @returns {{layout?: object, job?: object, error?: Error, stop: () => void}} layout is the one that is shown
 */
export function useLayout(view, info, method, again) {
  const index = info.index;
  const [state, set] = useState({});
  const shown = useRef({}), done = useRef(new Set()); // those that were made meanwhile
  useEffect(() => {
    if (!view || !method) return;
    const control = new AbortController(), {signal} = control;
    let timer;
    set(s => ({layout: s.layout}));

    const show = async name => {
      const [layout, at] = await Promise.all([get('/api/map/layout', {index, layout: name}, signal), fetchPositions({index, layout: name}, signal)]);
      view.positions(at);
      shown.current = {name};
      return layout;
    };
    const poll = async seen => {
      const job = (await get('/api/map/jobs', {index}, signal)).find(j => j.layout === method);
      if (!job) { // somebody has stopped it
        set(s => ({...s, job: undefined}));
        return;
      }
      if (job.ended) {
        if (job.error) throw Object.assign(new Error(job.error), {title: 'The faces could not be laid out'});
        done.current.add(method);
        set({layout: await show(method), notes: job.notes});
        return;
      }
      set(s => ({...s, job}));
      if (job.shown > seen) {
        const at = await fetchPositions({index, layout: method, unfinished: true}, signal);
        if (at.length) { // else it has just been completed
          view.positions(at);
          shown.current = {name: method};
          set(s => ({...s, layout: undefined}));
        }
      }
      timer = setTimeout(() => poll(job.shown).catch(failed), 400);
    };
    const failed = error => { if (error.name !== 'AbortError') set(s => ({...s, job: undefined, error})); };
    const begin = async () => {
      if (method === 'pca' || info.stored.includes(method) || done.current.has(method)) {
        set({layout: await show(method)});
        return;
      }
      if (!shown.current.name) set({layout: await show('pca')});
      set(s => ({...s, job: {layout: method, step: {what: 'Beginning'}}}));
      await post('/api/map/layout', {index, layout: method}, signal);
      await poll(0);
    };
    begin().catch(failed);
    return () => { control.abort(); clearTimeout(timer); };
  }, [view, index, method, again]);
  const stop = () => post('/api/map/stop', {index, layout: method}).then(() => set(s => ({...s, job: undefined})), error => set(s => ({...s, error})));
  return {...state, stop};
}

/** share says a share in per cent, with as many digits as it needs. */
export const share = v => v < 0.0001 ? 'less than 0.01%' : (v >= 0.1 ? (100 * v).toFixed(0) : v >= 0.001 ? (100 * v).toFixed(1) : (100 * v).toFixed(2)) + '%';
