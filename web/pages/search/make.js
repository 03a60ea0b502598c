// Making an index: the faces of some pictures are found and described, in the background.
import {html, useState, count} from '/static/shared/ui.js';
import {post} from '/static/shared/api.js';
import {useTask, TaskView} from '/static/shared/task.js';
import {Failed} from '/static/shared/states.js';

/** MakeIndex is a form; pictures is what is chosen at first. */
export function MakeIndex({files, pictures, go, first, again}) {
  const choices = files.filter(f => f.kind === 'pictures' || f.kind === 'archive');
  const finders = files.filter(f => !f.problem && (f.kind === 'finder' || f.kind === 'model' && f.code));
  const [chosen, choose] = useState(pictures && pictures !== 'new' ? pictures : choices[0]?.name || 'drawn:40x5');
  const [model, setModel] = useState(finders.find(f => f.kind === 'finder')?.name || finders[0]?.name || '');
  const [id, setId] = useState(), [error, setError] = useState(), [made, setMade] = useState();
  const task = useTask(id, result => { setMade(result); again(); });
  const begin = async e => {
    e.preventDefault();
    setError(); setMade();
    go({pictures: chosen}, {replace: true}); // so that the page stays here when the index appears
    try { setId((await post('/api/index', {pictures: chosen, model})).id); } catch (problem) { setError(problem); }
  };
  const running = task && (task.state === 'running' || task.state === 'waiting');
  return html`<div class="make stack">
    <p>${first ? 'No pictures have been indexed here yet. ' : ''}An index holds what it takes to find a face again: likeness looks for the faces in your pictures and describes each in some numbers. Nothing leaves this machine.</p>
    <form class="card stack" onSubmit=${begin}>
      <label class="field">Pictures
        <select value=${chosen} onChange=${e => choose(e.currentTarget.value)}>
          ${choices.map(f => html`<option value=${f.name} key=${f.name}>${f.name === '.' ? 'this folder' : f.name}${f.count ? ` (${count(f.count, 'picture')})` : ''}</option>`)}
          <option value="drawn:40x5">drawn faces, to try it (40 people, 5 pictures each)</option>
        </select></label>
      <label class="field">Described by
        <select value=${model} onChange=${e => setModel(e.currentTarget.value)}>
          ${finders.map(f => html`<option value=${f.name} key=${f.name}>${f.name}, ${f.kind === 'finder' ? 'which knows people apart' : 'whose codes can be decoded'}</option>`)}
        </select></label>
      <div class="row"><button class="primary" disabled=${running}>Find and describe the faces</button>
        ${first ? null : html`<button type="button" onClick=${() => go({pictures: null})}>Back to search</button>`}</div>
    </form>
    ${error ? html`<${Failed} error=${error}/>` : null}
    <${TaskView} task=${task}/>
    ${made ? html`<div class="card stack">
      <h2>${count(made.entries, 'face')} in ${made.index}</h2>
      <p class="muted">${[made.added ? `${made.added} new` : '', made.unchanged ? `${made.unchanged} as before` : '', made.removed ? `${made.removed} gone` : '',
        made.faceless.length ? `no face found in ${count(made.faceless.length, 'picture')}` : '', made.skipped.length ? `${count(made.skipped.length, 'file')} could not be read` : ''].filter(Boolean).join(' · ')}</p>
      ${made.skipped.length ? html`<details><summary>What could not be read</summary><ul>${made.skipped.slice(0, 50).map(s => html`<li key=${s.name}><code>${s.name}</code> ${s.reason || ''}</li>`)}</ul></details>` : null}
      <div class="row"><button class="primary" onClick=${() => go({pictures: null, index: made.index, id: null, upload: null})}>Search</button></div>
    </div>` : null}
  </div>`;
}
