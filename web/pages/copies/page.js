// Copies: pictures that are there more than once, beside each other with what differs. Ticked ones are exported as a list;
// likeness deletes nothing.
import {html, useState, useEffect, sizeInWords, count} from '/static/shared/ui.js';
import {post, address, pictureOf} from '/static/shared/api.js';
import {useFiles} from '/static/shared/files.js';
import {useTask, TaskView} from '/static/shared/task.js';
import {Empty, Failed, Loading} from '/static/shared/states.js';

const step = 20;

export default function Copies({url, go}) {
  const {data, error, again, files} = useFiles('pictures', 'archive', 'index');
  const [problem, setProblem] = useState();
  const id = url.searchParams.get('task') || undefined;
  const task = useTask(id);
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking at the folder"/>`;
  if (!files.length) return html`<div class="page-head"><h1>Copies</h1></div>
    <${Empty} title="There are no pictures in this folder"><p>Start likeness in a folder with pictures, or put some here: this page sees them.</p><//>`;
  const order = [...files].sort((a, b) => (a.kind === 'index') - (b.kind === 'index'));
  const chosen = url.searchParams.get('in') || url.searchParams.get('index') || order[0].name;
  const within = url.searchParams.get('within') || '';
  const begin = async e => {
    e.preventDefault();
    setProblem();
    const f = files.find(o => o.name === chosen);
    try {
      go({task: (await post('/api/copies', {[f.kind === 'index' ? 'index' : 'pictures']: f.name, within: within === '' ? undefined : Number(within)})).id}, {replace: true});
    } catch (problem) { setProblem(problem); }
  };
  const running = task && (task.state === 'running' || task.state === 'waiting');
  return html`
    <div class="page-head"><h1>Copies</h1></div>
    <form class="card row copies-form" onSubmit=${begin}>
      <label class="field">Look in<select value=${chosen} onChange=${e => go({in: e.currentTarget.value, task: null}, {replace: true})}>
        ${order.map(f => html`<option value=${f.name} key=${f.name}>${f.name === '.' ? 'this folder' : f.name}${f.kind === 'index' ? ' (by codes: also other crops of one photograph)' : ' (by pixels)'}</option>`)}</select></label>
      <label class="field">How near, 0 to 1<input type="number" min="0" max="0.99" step="0.01" placeholder="usual" value=${within} onChange=${e => go({within: e.currentTarget.value || null}, {replace: true})}/></label>
      <button class="primary" disabled=${running}>Find copies</button>
    </form>
    ${problem ? html`<${Failed} error=${problem}/>` : null}
    ${task?.state === 'done' ? html`<${Groups} result=${task.result} kind=${files.find(f => f.name === task.result.data)?.kind}/>`
    : task ? html`<${TaskView} task=${task}/>`
    : html`<p class="muted copies-hint">Pictures that equal each other, and those that were saved again, made smaller, brighter or grey, mirrored or turned, are put side by side. Nothing is deleted or moved: you take a list with you.</p>`}`;
}

function Groups({result, kind}) {
  const [ticked, tick] = useState(new Set()), [n, more] = useState(step);
  useEffect(() => tick(new Set()), [result]);
  const spare = result.groups.flatMap(g => g.pictures.filter(m => !m.keep && !m.shows_others && !(m.file?.link) && g.pictures.some(o => o.keep)));
  const toggle = id => tick(old => { const next = new Set(old); next.delete(id) || next.add(id); return next; });
  const paths = result.groups.flatMap(g => g.pictures).filter(m => ticked.has(m.id)).map(m => m.file?.path || m.id);
  const save = () => {
    const a = document.createElement('a');
    a.href = URL.createObjectURL(new Blob([paths.join('\n') + '\n'], {type: 'text/plain'}));
    a.download = 'copies.txt';
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  };
  if (!result.groups.length) return html`<${Empty} title="No picture is there twice"><p>${count(result.pictures, 'picture')} were compared.</p><//>`;
  return html`<div class="stack">
    <div class="card row tray">
      <p>${count(result.groups.length, 'group')} of copies among ${count(result.pictures, 'picture')}. ${count(result.spare, 'picture')} could go${result.spare_bytes ? `, ${sizeInWords(result.spare_bytes)}` : ''}.</p>
      <div class="row">
        <button onClick=${() => tick(new Set(spare.map(m => m.id)))}>Tick all that could go</button>
        <button onClick=${() => tick(new Set())} disabled=${!ticked.size}>Tick none</button>
        <button class="primary" disabled=${!ticked.size} onClick=${save}>Save the list (${ticked.size})</button>
      </div>
      <p class="muted small">The list has a path to a line. likeness deletes nothing; what you do with the list is yours.</p>
    </div>
    ${result.groups.slice(0, n).map((g, i) => html`<section class="card copies-group" key=${g.pictures[0].id} aria-label=${`Group ${i + 1}`}>
      ${g.pictures.map((m, j) => html`<label class=${'copy' + (m.keep ? ' keep' : '')} key=${m.id}>
        <img class="face photo" loading="lazy" alt=${m.id} src=${kind === 'index' ? pictureOf(result.data, m.id, 240) : address('/api/file', {pictures: result.data, id: m.id})}/>
        <span class="row"><input type="checkbox" checked=${ticked.has(m.id)} onChange=${() => toggle(m.id)}/><strong>${m.keep ? `Keep: ${m.why}` : what(m, j)}</strong></span>
        <span class="path">${m.file?.path || m.id}</span>
        ${m.file ? html`<span class="muted">${[m.file.width ? `${m.file.width} × ${m.file.height}` : 'unreadable', sizeInWords(m.file.bytes), m.file.quality ? `quality ${m.file.quality}` : '', m.file.taken ? `taken ${m.file.taken.slice(0, 10)}` : `file of ${m.file.changed.slice(0, 10)}`].filter(Boolean).join(' · ')}</span>` : null}
      </label>`)}
    </section>`)}
    ${result.groups.length > n ? html`<div class="row"><button onClick=${() => more(n + step)}>Show more (${result.groups.length - n} left)</button></div>` : null}
  </div>`;
}

/** what says what a picture is beside the first of its group. */
function what(m, place) {
  if (m.file?.link) return `${m.file.link} to ${m.file.link_of}`;
  const others = m.shows_others ? '; shows others, too' : '';
  if (m.how) return m.how + others;
  if (m.equal) return 'Equal' + others;
  return (place ? `Near, ${m.distance.toFixed(2)}` : 'The first') + others;
}
