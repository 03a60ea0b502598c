// Same person, or not: what a person says of two faces is kept, and the collection can learn from it.
import {html, useState, useLoad, count} from '/static/shared/ui.js';
import {get, post, address} from '/static/shared/api.js';
import {useTask, TaskView} from '/static/shared/task.js';
import {Failed} from '/static/shared/states.js';

/** useJudged returns what was said of an index, of none where index is empty, and judge(id, other, same), where undefined takes back what was said. */
export function useJudged(index) {
  const [now, set] = useState(), [error, setError] = useState();
  const first = useLoad(async signal => index ? get('/api/judgements', {index}, signal) : null, [index]);
  const judged = now || first.data;
  const judge = async (id, other, same) => {
    setError();
    try { set(await post('/api/judgements', {index, id, other, same})); } catch (problem) { setError(problem); }
  };
  const of = (id, other) => judged?.judgements.find(j => j.id === id && j.other === other || j.id === other && j.other === id)?.same;
  return {judged, judge, of, set, error: error || first.error};
}

/** Marks are the two buttons on a face that was found. */
export function Marks({id, other, said, judge}) {
  return html`<span class="marks">
    <button aria-pressed=${said === true} aria-label=${'Same person: ' + other} title="Same person" onClick=${() => judge(id, other, said === true ? undefined : true)}>✓</button>
    <button aria-pressed=${said === false} aria-label=${'Not the same person: ' + other} title="Not the same person" onClick=${() => judge(id, other, said === false ? undefined : false)}>✗</button>
  </span>`;
}

/** Learning lets the collection learn from what was said, tells what that changes, and takes it back. */
export function Learning({index, state, changed}) {
  const {judged, set} = state;
  const [id, setId] = useState(), [result, setResult] = useState(), [error, setError] = useState();
  const task = useTask(id, r => { setResult(r); setId(); });
  if (!judged || !(judged.judgements.length || judged.adapted)) return null;
  const run = async action => {
    setError();
    try { await action(); } catch (problem) { setError(problem); }
  };
  const learn = () => run(async () => { setResult(); setId((await post('/api/adapted', {index})).id); });
  const take = () => run(async () => { set(await post('/api/adapted', {index}, undefined, 'PUT')); setResult(); changed(); });
  const leave = () => run(async () => { set(await post(address('/api/adapted', {index}), undefined, undefined, 'DELETE')); changed(); });
  const same = judged.judgements.filter(j => j.same).length;
  return html`<section class="card stack learning" aria-label="What you have said">
    <h3>What you have said</h3>
    <p class="muted">${count(same, 'pair')} of one person, ${count(judged.judgements.length - same, 'pair')} of two; kept in <code>${judged.file}</code>.</p>
    ${error || state.error ? html`<${Failed} error=${error || state.error}/>` : null}
    ${task ? html`<${TaskView} task=${task}/>` : null}
    ${result ? html`<${Effect} r=${result}/>` : null}
    <div class="row">
      ${result ? html`<button class=${result.after > result.before ? 'primary' : ''} onClick=${take}>Search with it</button><button onClick=${() => setResult()}>Leave it</button>`
        : html`<button disabled=${!same || !!id} onClick=${learn}>Learn from it</button>`}
      ${judged.adapted ? html`<button onClick=${leave}>Back to the usual search</button>` : null}
    </div>
    ${judged.adapted ? html`<p class="muted">Searching with what was learned. How likely a face is cannot be told in this space.</p>` : null}
  </section>`;
}

/** Effect says what learning changes, before it is taken. */
function Effect({r}) {
  const percent = x => `${(100 * x).toFixed(1)} %`;
  const word = r.after > r.before ? 'better' : r.after < r.before ? 'worse' : 'neither better nor worse';
  return html`<div class="stack" role="status">
    <p><strong>On your own named pictures it is ${word}.</strong> For ${count(r.queries, 'picture')} of ${count(r.people, 'person', 'people')} that you have said nothing of,
      the nearest other face was the same person for ${percent(r.before)}; it would be ${percent(r.after)}.</p>
    ${r.judged_before !== undefined ? html`<p class="muted">A pair of one person is nearer than a pair of two, among those that you judged: ${percent(r.judged_before)} before, ${percent(r.judged_after)} now.</p>` : null}
  </div>`;
}
