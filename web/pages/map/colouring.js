// By what the points are coloured.
import {useState, useEffect, useMemo} from '/static/shared/ui.js';
import {palette} from './colours.js';
import {patient} from './members.js';

/** useColours colours a view as the address says: ?by= and, for an attribute, &attribute=. */
export function useColours(view, info, params) {
  const by = params.get('by') === 'none' ? '' : info.by.includes(params.get('by')) ? params.get('by') : info.by.includes('person') ? 'person' : '';
  const attribute = by === 'attribute' ? params.get('attribute') || info.attributes[0] : '';
  const [categories, setCategories] = useState(null), [colouring, setColouring] = useState(false), [error, setError] = useState();
  const [isolated, onIsolate] = useState(0), [theme, setTheme] = useState(document.documentElement.dataset.theme);

  useEffect(() => {
    const control = new AbortController();
    setError(undefined);
    onIsolate(0);
    if (!by) { setCategories(null); setColouring(false); return; }
    setColouring(true);
    patient('/api/map/categories', {index: info.index, by, attribute}, control.signal).then(c => {
      setCategories({...c, of: Uint8Array.from(atob(c.of), x => x.charCodeAt(0))});
      setColouring(false);
    }, e => { if (e.name !== 'AbortError') { setCategories(null); setColouring(false); setError(e); } });
    return () => control.abort();
  }, [info.index, by, attribute]);

  useEffect(() => {
    const watcher = new MutationObserver(() => setTheme(document.documentElement.dataset.theme));
    watcher.observe(document.documentElement, {attributes: true, attributeFilter: ['data-theme']});
    return () => watcher.disconnect();
  }, []);

  const colours = useMemo(() => palette(categories), [categories, theme]);
  useEffect(() => {
    if (!view) return;
    view.theme();
    view.colour(categories ? categories.of : new Uint8Array(info.entries), colours);
  }, [view, categories, colours]);

  const isolatedRows = useMemo(() => {
    if (!isolated || !categories) return null;
    const rows = [];
    categories.of.forEach((c, row) => { if (c === isolated) rows.push(row); });
    return rows;
  }, [isolated, categories]);
  return {by, attribute, categories, colouring, palette: colours, isolated, isolatedRows, onIsolate, error};
}
