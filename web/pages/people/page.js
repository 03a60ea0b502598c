// People: who is in a collection. Faces with a name stand together, the rest in groups that are alike. Names are kept in a
// CSV file beside the index; no picture is ever moved.
import {html, useState, useEffect, useLoad, count} from '/static/shared/ui.js';
import {get, post, address} from '/static/shared/api.js';
import {useFiles, Chooser} from '/static/shared/files.js';
import {Photo, arrows} from '/static/shared/face.js';
import {useTask, TaskView} from '/static/shared/task.js';
import {Empty, Failed, Gone, Loading} from '/static/shared/states.js';

const shownFaces = 14, step = 30; // faces of a group before it is opened, groups to a page

export default function People({url, go}) {
  const {data, error, again, files} = useFiles('index');
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking at the folder"/>`;
  if (!files.length) return html`<div class="page-head"><h1>People</h1></div>
    <${Empty} title="No pictures have been indexed here yet"><p>Once the faces of a folder are described, likeness sorts them by who they are.</p><a class="button primary" href="/search">Index pictures</a><//>`;
  const asked = url.searchParams.get('index');
  const index = asked ? files.find(f => f.name === asked) : files[0];
  if (!index) return html`<${Gone} what=${asked} list=${files} path="/people" title="People"/>`;
  return html`
    <div class="page-head"><h1>People</h1>
      <${Chooser} label="Index" hide files=${files} value=${index.name} onChange=${name => go({index: name, show: null})}/>
    </div>
    <${Sorted} key=${index.name} index=${index.name} url=${url} go=${go}/>`;
}

function Sorted({index, url, go}) {
  const [id, setId] = useState(), [problem, setProblem] = useState(), [people, setPeople] = useState();
  const state = useLoad(signal => get('/api/people', {index}, signal), [index]);
  const task = useTask(id, () => { setId(); state.again(); });
  useEffect(() => { if (state.data?.sorted) setPeople(state.data); }, [state.data]);
  const sort = async threshold => {
    setProblem();
    try { setId((await post('/api/people', {index, threshold: threshold || undefined})).id); } catch (error) { setProblem(error); }
  };
  const name = async (ids, person) => {
    setProblem();
    try { setPeople(await post('/api/names', {index, ids, person})); } catch (error) { setProblem(error); }
  };
  const undo = async () => {
    setProblem();
    try { setPeople(await post('/api/names/undo', {index})); } catch (error) { setProblem(error); state.again(); }
  };
  if (state.error) return html`<${Failed} error=${state.error} again=${state.again}/>`;
  if (task && !people) return html`<${TaskView} task=${task}/>`;
  if (!people) return state.busy || state.data?.sorted ? html`<${Loading} what="Opening the collection"/>` : html`
    ${problem ? html`<${Failed} error=${problem}/>` : null}
    <${Empty} title="These faces have not been sorted yet"><p>Faces that are alike are put together. That takes a moment; for ten thousand faces about half a minute.</p>
      <button class="primary large" onClick=${() => sort()}>Sort the faces by person</button><//>`;
  return html`
    ${problem ? html`<${Failed} error=${problem}/>` : null}
    ${task ? html`<${TaskView} task=${task}/>` : null}
    <${Bar} people=${people} sort=${sort} undo=${undo}/>
    <datalist id="names">${people.people.map(p => html`<option value=${p.person} key=${p.person}/>`)}</datalist>
    <${Groups} title="Who is this?" hint="Groups without a name, the largest first" list=${unsure(people) ? people.unnamed.map(g => ({...g, person: ''})) : people.unnamed} index=${index} name=${name} unnamed/>
    <${Groups} title="People" hint="Faces that have a name" list=${people.people} index=${index} name=${name}/>
    <${Alone} list=${people.alone} index=${index} name=${name}/>`;
}

/** unsure: of the faces with names, most that were put together are of two people, so that groups suggest nothing. */
const unsure = people => people.precision < .5;

function Bar({people, sort, undo}) {
  const [threshold, set] = useState(people.threshold.toFixed(3));
  useEffect(() => set(people.threshold.toFixed(3)), [people.threshold]);
  const pairs = people.precision !== undefined && people.precision !== null, poor = unsure(people);
  return html`<div class="card row people-bar">
    <p>${count(people.people.length, 'person', 'people')} with a name, ${count(people.unnamed.length, 'group')} without, ${count(people.alone.length, 'face')} alone.
      ${pairs ? html` <span class="muted">Of pairs of named faces that were put together, ${Math.round(100 * people.precision)} % are of one person; ${Math.round(100 * people.recall)} % of the pairs of one person were put together.</span>` : null}
      ${poor ? html` <strong>These groups are not people: try a smaller distance.</strong>` : null}</p>
    <form class="row" onSubmit=${e => { e.preventDefault(); sort(Number(threshold)); }}>
      <label class="field inline" title="The largest mean distance within a group: less makes smaller, surer groups">Distance within a group
        <input type="number" min="0" step="0.01" value=${threshold} onInput=${e => set(e.currentTarget.value)}/></label>
      <button>Sort again</button>
    </form>
    <button disabled=${!people.undo} onClick=${undo}>Take back${people.undo ? ` (${people.undo})` : ''}</button>
    <a class="button" href=${address('/map', {index: people.index, color: 'person'})}>Map</a>
    <p class="muted small">Names are kept in <code>${people.file}</code>. Pictures are never moved.</p>
  </div>`;
}

function Groups({title, hint, list, index, name, unnamed}) {
  const [n, more] = useState(step);
  if (!list.length) return null;
  return html`<section class="stack groups">
    <div><h2>${title}</h2><p class="muted">${hint}</p></div>
    ${list.slice(0, n).map(g => html`<${Person} key=${(unnamed ? 'u:' : 'p:') + (unnamed ? g.pictures[0].id : g.person)} group=${g} index=${index} name=${name} unnamed=${unnamed}/>`)}
    ${list.length > n ? html`<div class="row"><button onClick=${() => more(n + step)}>Show more (${(list.length - n).toLocaleString('en')} left)</button></div>` : null}
  </section>`;
}

/** Person is one group: its name, and its faces, of which some can be chosen and moved to somebody else. */
function Person({group, index, name, unnamed}) {
  const [open, setOpen] = useState(false), [chosen, choose] = useState([]), [text, setText] = useState('');
  const ids = group.pictures.map(m => m.id);
  const shown = open ? group.pictures : group.pictures.slice(0, shownFaces);
  const toggle = id => choose(list => list.includes(id) ? list.filter(o => o !== id) : [...list, id]);
  const target = chosen.length ? chosen : ids;
  const give = person => { if (person !== group.person || unnamed) name(target, person); choose([]); setText(''); };
  const submit = e => { e.preventDefault(); if (text.trim()) give(text.trim()); };
  const what = chosen.length ? count(chosen.length, 'chosen face') : unnamed ? 'All of them are' : 'Rename or merge';
  return html`<article class="card stack person">
    <div class="row head">
      <h3>${group.person ? (unnamed ? `Perhaps ${group.person}` : group.person) : 'Somebody'} <span class="muted">${count(ids.length, 'face')}</span></h3>
      <form class="row" onSubmit=${submit}>
        <label class="field inline">${what}<input type="text" list="names" placeholder="name" value=${text} onInput=${e => setText(e.currentTarget.value)}/></label>
        <button disabled=${!text.trim()}>Give this name</button>
        ${unnamed && group.person ? html`<button type="button" onClick=${() => give(group.person)}>Yes, ${group.person}</button>` : null}
        ${chosen.length && !unnamed ? html`<button type="button" onClick=${() => give('')}>Not ${group.person}</button>` : null}
        ${chosen.length ? html`<button type="button" class="quiet" onClick=${() => choose([])}>Choose none</button>` : null}
      </form>
    </div>
    <ul class="faces small-faces" onKeyDown=${arrows}>
      ${shown.map(m => html`<li key=${m.id}>
        <button class="tile" aria-pressed=${chosen.includes(m.id)} title=${m.id} onClick=${() => toggle(m.id)}><${Photo} index=${index} id=${m.id} side=${96} alt=${m.id}/></button>
        <a class="find" href=${address('/search', {index, id: m.id})} aria-label=${'Search for ' + m.id} title="Search">⌕</a>
      </li>`)}
    </ul>
    ${ids.length > shownFaces ? html`<div class="row"><button class="quiet" aria-expanded=${open} onClick=${() => setOpen(!open)}>${open ? 'Show fewer' : `Show all ${ids.length}`}</button></div>` : null}
  </article>`;
}

/** Alone are faces that are like no other; they can be named one by one or together. */
function Alone({list, index, name}) {
  const [n, more] = useState(120);
  if (!list.length) return null;
  return html`<details class="card"><summary><h2>Like no other</h2><span class="chip">${list.length.toLocaleString('en')}</span></summary>
    <${Person} group=${{pictures: list.slice(0, n)}} index=${index} name=${name} unnamed/>
    ${list.length > n ? html`<button onClick=${() => more(n + 240)}>Load more</button>` : null}
  </details>`;
}
