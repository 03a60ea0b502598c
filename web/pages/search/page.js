// Search: a picture, or faces of the collection, and the faces most like them.
import {html, useState, useEffect, useRef, useLoad, count} from '/static/shared/ui.js';
import {get, address, pictureOf, uploaded} from '/static/shared/api.js';
import {useFiles, Chooser} from '/static/shared/files.js';
import {Photo, arrows} from '/static/shared/face.js';
import {Drop} from '/static/shared/drop.js';
import {Empty, Failed, Gone, Loading} from '/static/shared/states.js';
import {Filters, filterKeys} from './filters.js';
import {MakeIndex} from './make.js';
import {useJudged, Marks, Learning} from './judge.js';

const step = 24; // answers to a page

export default function Search({url, go}) {
  const {data, error, again, files} = useFiles();
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking at the folder"/>`;
  const indexes = files.filter(f => f.kind === 'index' || f.kind === 'collection');
  const making = url.searchParams.get('pictures') ?? (indexes.length ? null : 'new');
  if (making !== null) return html`
    <div class="page-head"><h1>Search</h1></div>
    <${MakeIndex} files=${files} pictures=${making} go=${go} first=${!indexes.length} again=${again}/>`;
  const asked = url.searchParams.get('index');
  const index = asked ? indexes.find(f => f.name === asked) : indexes.find(f => !f.problem) || indexes[0];
  if (!index) return html`<${Gone} what=${asked} list=${indexes} path="/search" title="Search"/>`;
  return html`
    <div class="page-head"><h1>Search</h1>
      <${Chooser} label="Index" hide files=${indexes} value=${index.name} onChange=${name => go({index: name, id: null, person: null, folder: null, attribute: null, k: null})}/>
      <button onClick=${() => go({pictures: 'new'})}>Index more pictures</button>
    </div>
    ${index.problem ? html`<${Failed} error=${{title: index.name + ' cannot be used', detail: index.problem}}/>` : html`<${Collection} key=${index.name} index=${index.name} far=${index.kind === 'collection'} files=${files} url=${url} go=${go}/>`}`;
}

/** Collection is one index, or a collection of an engine, which is far. */
function Collection({index, far, files, url, go}) {
  const [problem, setProblem] = useState();
  const p = url.searchParams, ids = p.getAll('id'), uploads = p.getAll('upload'), k = Number(p.get('k')) || step;
  const about = useLoad(signal => get('/api/index', {index}, signal), [index]);
  const wanted = p.get('faces') || '';
  const filters = Object.fromEntries(filterKeys.map(key => [key, key === 'attribute' || key === 'person' ? p.getAll(key) : p.get(key) || '']));
  const asked = ids.length + uploads.length > 0;
  const found = useLoad(async signal => asked ? get('/api/search', {index, id: ids, upload: uploads, k, faces: wanted, ...filters}, signal) : null,
    [index, ids.join('\n'), uploads.join('\n'), k, wanted, JSON.stringify(filters)]);
  const judging = useJudged(far ? '' : index); // what is said of faces lies beside an index file
  const drop = (key, value) => go({[key]: p.getAll(key).filter(v => v !== value), k: null});
  return html`<div class="search">
    <aside class="stack" aria-label="What is searched for">
      <${Drop} multiple take=${(u, file, place) => {
        if (!u.faces.length) { setProblem({title: `No face was found in ${file.name || 'that picture'}`, detail: 'It cannot be searched for. A face has to be 24 pixels wide or more and stand upright; choose another picture.'}); return; }
        setProblem();
        const before = place ? new URL(location.href).searchParams.getAll('upload') : []; // several that are given at once are averaged
        go({upload: [...before, u.id], ...(place ? {} : {id: null}), faces: null, k: null});
      }}
        failed=${error => setProblem({title: 'That picture could not be read', detail: error.detail})}/>
      ${problem ? html`<${Failed} error=${problem}/>` : null}
      ${asked ? html`<section class="stack">
        <h2 class="hidden-text">Searching for</h2>
        <ul class="query">
          ${uploads.map(id => html`<li key=${id}><img class="face photo" src=${uploaded(id)} alt="The picture that you gave"/><button class="quiet" onClick=${() => drop('upload', id)}>Remove</button></li>`)}
          ${ids.map(id => html`<li key=${id}><${Photo} index=${index} id=${id} side=${320} alt=${id}/><span class="name" title=${id}>${id}</span><button class="quiet" onClick=${() => drop('id', id)}>Remove</button></li>`)}
        </ul>
        ${ids.length + uploads.length > 1 ? html`<p class="muted">The average of ${count(ids.length + uploads.length, 'picture')} is searched for: give pictures of one person.</p>` : null}
        <div class="row"><button onClick=${() => go({id: null, upload: null, k: null})}>Clear</button>
          <a class="button" href=${address('/play', uploads.length ? {upload: uploads[0]} : {index, id: ids[0]})}>Play with this face</a></div>
      </section>` : null}
      <${Learning} index=${index} state=${judging} changed=${() => { found.again(); about.again(); }}/>
      <${Filters} about=${about.data} values=${filters} go=${go}/>
    </aside>
    <section class="results" aria-label="Faces">
      ${asked && drawnButKnown(about.data, files) ? html`<p class="muted">These faces are drawn, and what describes them has learned from photographs: how likely a face is the same person does not hold here.</p>` : null}
      ${asked ? html`<${Found} index=${index} far=${far} found=${found} ids=${ids} judging=${ids.length === 1 && !uploads.length && !far ? judging : undefined} k=${k} go=${go}/>` : html`<${Browse} index=${index} about=${about} filters=${filters} go=${go}/>`}
    </section>
  </div>`;
}

/** drawnButKnown: drawn faces, described by the finder that comes with likeness. */
const drawnButKnown = (about, files) => about?.data?.source?.startsWith('drawn') && files.some(f => f.built_in && f.kind === 'finder' && f.fingerprint === about.model);

/** Found is the answer, the nearest first. */
function Found({index, far, found, ids, judging, k, go}) {
  const r = found.data, list = useRef();
  useEffect(() => { // the face that was chosen by the keyboard has gone with its list
    if (r && document.activeElement === document.body) list.current?.querySelector('.tile')?.focus({preventScroll: true});
  }, [r]);
  if (found.error) return html`<${Failed} error=${found.error} again=${found.again}/>`;
  if (!r) return html`<${Loading} what="Searching"/>`;
  if (!r.results.length) return html`<${Empty} title="Nothing passes the filters"><p>Take one away, or search for another face.</p><//>`;
  return html`
    <p class="muted found" role="status">${count(r.results.length, 'face')} of ${r.entries.toLocaleString('en')}, the most alike first</p>
    ${r.faces > 1 && !r.results.some(h => h.face) ? html`<div class="row"><p class="muted">The picture shows ${count(r.faces, 'face')}; the largest is searched for.</p><button onClick=${() => go({faces: 'all', k: null})}>Search for all of them</button></div>` : null}
    ${r.engine?.incomplete ? html`<p class="wrong" role="alert">Faces may be missing here: ${r.engine.incomplete}.</p>` : null}
    ${r.averaged ? html`<p class="muted">All pictures are nearer to an average, so its odds are too high.</p>` : tooSure(r.results) ? html`<p class="muted">So many people cannot be the same one: what describes these faces does not fit such pictures, and how likely they are means nothing here. The order still says what is alike.</p>` : null}
    <ol ref=${list} class=${'faces' + (found.busy ? ' busy' : '')} onKeyDown=${arrows}>
      ${r.results.map(h => html`<li key=${h.id}>
        <button class="tile" onClick=${() => go({id: h.id, upload: null, k: null})} title=${h.id}>
          <${Photo} index=${index} id=${h.id}/>
          <span class="name">${h.person ? h.person.replaceAll('_', ' ') : short(h.id)}</span>
          <span class="facts">${h.face ? `face ${h.face} from the left · ` : ''}${likely(h)}<br/>distance ${h.distance.toFixed(3)}${h.taken ? html`<br/>${h.taken.slice(0, 10)}` : null}</span>
        </button>
 ${judging ? html`<${Marks} id=${ids[0]} other=${h.id} said=${judging.of(ids[0], h.id)} judge=${judging.judge}/>` : null}
        <button class="quiet add" disabled=${ids.includes(h.id)} aria-label=${'Search for this one, too: ' + h.id} title="Search for this one, too" onClick=${() => go({id: [...ids, h.id], k: null})}>+</button>
      </li>`)}
    </ol>
    <div class="row more">
      ${r.results.length >= k && r.results.length < r.entries ? html`<button onClick=${() => go({k: k + step}, {replace: true})}>Show more</button>` : null}
      ${far ? null : html`<a class="button" href=${address('/map', {index, ids: r.results.map(h => h.id).join('\n')})}>Show on the map</a>`}
    </div>`;
}

/** likely says how like a face is, as far as that is known. */
function likely(h) {
  if (h.probability !== undefined) return percent(h.probability);
  if (h.odds !== undefined) return odds(h.odds);
  if (h.beyond) return h.beyond === 'nearer' ? 'nearer than photographs of one person' : 'farther than any two faces';
  return `rank ${h.rank}`;
}

/** tooSure: nearly all that was found is said to be one person, though it has many names, or there are a great many. */
function tooSure(results) {
  const sure = results.filter(h => h.probability > .9), names = new Set(sure.map(h => h.person).filter(Boolean));
  return sure.length > results.length / 2 && (names.size > 3 || sure.length > 20);
}

const percent = p => p > .995 ? 'over 99 % likely' : p < .01 ? 'under 1 % likely' : `${Math.round(100 * p)} % likely`;
const odds = o => o >= 1 ? `odds ${o < 10 ? o.toFixed(1) : Math.round(o).toLocaleString('en')}:1` : `odds 1:${Math.round(1 / o).toLocaleString('en')}`;
const short = id => id.split('/').pop();

/** Browse is a look across the collection, when nothing is searched for. */
function Browse({index, about, filters, go}) {
  const person = filters.person[0] || '', folder = filters.folder;
  const total = about.data?.entries || 0;
  const stride = person || folder ? 1 : Math.max(1, Math.floor(total / 120));
  const list = useLoad(signal => get('/api/members', {index, person, folder, count: 120, stride}, signal), [index, person, folder, stride]);
  if (about.error || list.error) return html`<${Failed} error=${about.error || list.error} again=${list.again}/>`;
  if (!list.data || !about.data) return html`<${Loading} what="Opening the collection"/>`;
  return html`
    <p class="muted">${count(list.data.total, 'face')}${stride > 1 ? `, of which you see ${list.data.members.length}` : ''}. Choose one to find the faces most like it.</p>
    <ul class="faces" onKeyDown=${arrows}>
      ${list.data.members.map(m => html`<li key=${m.id}><button class="tile" title=${m.id} onClick=${() => go({id: m.id, k: null})}>
        <${Photo} index=${index} id=${m.id}/><span class="name">${m.person ? m.person.replaceAll('_', ' ') : short(m.id)}</span>
      </button></li>`)}
    </ul>`;
}
