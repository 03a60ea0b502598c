// One index on the map: the view, and around it the panel, the cards and the selection. What a link should keep is in the
// address bar.
import {html, useState, useEffect, useRef, useMemo, useSignal} from '/static/shared/ui.js';
import {Failed} from '/static/shared/states.js';
import {View} from './view.js';
import {listen} from './input.js';
import {Members, nameOf} from './members.js';
import {useLayout} from './layouts.js';
import {useColours} from './colouring.js';
import {useMatches} from './matches.js';
import {keysOf} from './keys.js';
import {Panel} from './panel.js';
import {Over} from './over.js';
import {Tray} from './tray.js';
import {Tools} from './tools.js';
import {Help} from './help.js';

/** The layout to begin with: of those that are there the one that keeps most; a small index is laid out by UMAP at once. */
const first = info => ['tsne', 'umap'].find(m => info.stored.includes(m)) || (info.entries <= 50000 ? 'umap' : 'pca');

/** none takes away from the address who stands out. */
const none = {id: null, ids: null, text: null, query: null};

export function Explorer({info, files, url, go}) {
  const index = info.index, params = url.searchParams;
  const canvas = useRef(), search = useRef(), root = useRef();
  const [view, setView] = useState(), [lost, setLost] = useState();
  const [again, setAgain] = useState(0), [epoch, setEpoch] = useState(0);
  const hover = useSignal(null), outline = useSignal(null); // they change with each move of the mouse
  const [focus, setFocus] = useState(-1), [spot, setSpot] = useState(null);
  const [selection, setSelection] = useState([]), [only, setOnly] = useState(null);
  const [mode, setMode] = useState('move'), [help, setHelp] = useState(false);
  const [showFaces, setShowFaces] = useState(true);
  const [gone, setGone] = useState(null); // the pictures are not where they were
  const members = useMemo(() => new Members(index), [index]);
  const method = params.get('layout') || first(info);
  const {layout, job, error, notes, stop} = useLayout(view, info, method, again);
  const colours = useColours(view, info, params);
  const {matches, finding, problem, setMatches, copies} = useMatches(index, params);
  const now = useRef({});
  now.current = {mode, focus, selection, layout, hover, info};

  // The view lives as long as the canvas, unless the graphics card is lost and comes back.
  useEffect(() => {
    let settling;
    try {
      const v = new View(canvas.current, {
        index,
        moved: all => {
          clearTimeout(settling);
          const at = [v.x, v.y, v.zoom / Math.min(v.width, v.height)].map(n => n.toPrecision(5)).join();
          settling = setTimeout(() => go({at: all ? null : at}, {replace: true}), 400);
        },
      });
      const at = (params.get('at') || '').split(',').map(Number);
      if (at.length === 3 && at.every(Number.isFinite)) v.look(at[0], at[1], at[2] * Math.min(v.width, v.height));
      setView(v);
      const restored = () => setEpoch(n => n + 1), surface = canvas.current;
      surface.addEventListener('webglcontextrestored', restored);
      return () => { clearTimeout(settling); surface.removeEventListener('webglcontextrestored', restored); v.end(); setView(undefined); };
    } catch (e) { setLost(e); }
  }, [epoch]);

  const select = (rows, how) => {
    const before = new Set(now.current.selection);
    const next = how === 'add' ? new Set([...before, ...rows]) : how === 'less' ? new Set([...before].filter(r => !rows.includes(r))) : new Set(rows);
    setSelection([...next].sort((a, b) => a - b));
  };
  const toggle = row => row >= 0 && select([row], now.current.selection.includes(row) ? 'less' : 'add');
  const open = async row => { if (row >= 0) go({index, id: (await members.of(row)).id}, {path: '/search'}); };
  const close = () => { setSpot(null); setFocus(-1); };

  useEffect(() => {
    if (!view) return;
    return listen(canvas.current, view, {
      mode: () => now.current.mode,
      hover: place => { const row = place ? view.pick(...place) : -1; if (row !== (hover.peek()?.row ?? -1)) hover.value = row < 0 ? null : {row}; canvas.current.dataset.over = row < 0 ? '' : 'face'; },
      tap: (place, e) => {
        if (!place) { close(); return; }
        const row = view.pick(...place, e.pointerType === 'touch' ? 22 : 14);
        hover.value = null;
        if (row >= 0) { setSpot(null); setFocus(row); if (e.ctrlKey || e.metaKey) toggle(row); return; }
        setFocus(-1);
        const [x, y] = view.world(...place);
        setSpot(now.current.info.decodes && now.current.layout ? {x, y} : null);
      },
      outline: path => { outline.value = path && [...path]; },
      lasso: (corners, e) => { select(view.grid.inside(corners), e.ctrlKey || e.metaKey ? 'add' : 'set'); setMode('move'); },
      key: keysOf(view, now, {setFocus, setSpot, setMode, setHelp, setShowFaces, toggle, open, close, clear: () => setSelection([]), search}),
    });
  }, [view, members]);

  useEffect(() => {
    if (!view) return;
    const look = () => setGone(view.faces.gone);
    view.listeners.add(look);
    return () => view.listeners.delete(look);
  }, [view]);
  useEffect(() => { view?.select(selection); }, [view, selection]);
  useEffect(() => { if (view) { view.showFaces = showFaces; view.draw(); } }, [view, showFaces]);
  // What is said about the marks comes from three places: who was found, which category is isolated, which alone are shown.
  useEffect(() => {
    const rows = matches?.rows ?? colours.isolatedRows;
    view?.mark({matches: rows, only});
  }, [view, matches, colours.isolatedRows, only, layout]);
  useEffect(() => {
    if (view && matches?.rows.length && layout) view.fit(matches.rows);
  }, [view, matches, layout?.method]);
  // The panel covers a part of the map: what is fitted goes beside it.
  useEffect(() => { if (view) { view.inset = view.width > 720 ? {left: 316, right: 16, top: 12, bottom: 12} : {left: 0, right: 0, top: 64, bottom: 0}; if (!params.get('at') && !matches) view.fit(); } }, [view]);
  useEffect(() => { setSpot(null); }, [method]);

  return html`<div class="map" ref=${root} data-mode=${mode}>
    <h1 class="hidden-text">Map of ${index}</h1>
    <canvas ref=${canvas} class="map-canvas" tabindex="0" role="application" aria-label=${`A map of ${info.entries} faces. Arrow keys go from face to face, the question mark lists all keys.`} aria-describedby="map-says"></canvas>
    ${view ? html`<${Over} view=${view} index=${index} members=${members} layout=${layout} hover=${hover} focus=${focus} spot=${spot} outline=${outline}
      selected=${selection.includes(focus)} onSelect=${() => toggle(focus)} onClose=${close}/>` : null}
    ${lost ? html`<div class="map-problem"><${Failed} error=${lost}/></div>` : null}
    <${Panel} files=${files} index=${index} info=${info} method=${method} layout=${layout} job=${job} notes=${notes} error=${error || problem || colours.error}
      ...${colours} matches=${matches} finding=${finding} gone=${gone} searchRef=${search} text=${params.get('text') || ''} showFaces=${showFaces}
      onIndex=${name => go({index: name, layout: null, by: null, attribute: null, at: null, ...none})}
      onMethod=${m => { if (view) view.whole = !matches; go({layout: m, at: null}); }} onStop=${() => { stop(); go({layout: 'pca'}); }} onAgain=${() => setAgain(n => n + 1)}
      onBy=${(by, attribute) => go({by: by || 'none', attribute: by === 'attribute' ? attribute || info.attributes[0] : null})}
      onFind=${text => go({...none, text: text.trim()})} onCopies=${copies} onUnmark=${() => { setMatches(null); search.current.value = ''; go(none); }}
      onFaces=${() => setShowFaces(!showFaces)} onHelp=${() => setHelp(true)}/>
    <${Tools} mode=${mode} onMode=${setMode} view=${view}/>
    <div class="hidden-text" id="map-says" role="status">${focus >= 0 ? html`<${Says} row=${focus} members=${members}/>` : null}</div>
    ${selection.length ? html`<${Tray} index=${index} rows=${selection} members=${members} files=${info.files} only=${!!only}
      onOnly=${() => setOnly(only ? null : selection)} onPick=${r => { setFocus(r); view.reveal(r); }} onClear=${() => { setSelection([]); setOnly(null); }}/>` : null}
    ${help ? html`<${Help} onClose=${() => { setHelp(false); canvas.current.focus(); }}/>` : null}
  </div>`;
}

/** Says names the face that the keys are at, for who listens. */
function Says({row, members}) {
  const [text, set] = useState('');
  useEffect(() => { members.of(row).then(m => set(nameOf(m)), () => {}); }, [row]);
  return text;
}
