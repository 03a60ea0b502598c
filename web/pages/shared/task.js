// Work in the background, such as describing the faces of a folder.
import {html, useState, useEffect} from './ui.js';
import {get, post} from './api.js';
import {Failed, Progress} from './states.js';

/** useTask follows a task until it is over; done is called with its result. */
export function useTask(id, done) {
  const [task, set] = useState();
  useEffect(() => {
    if (!id) { set(undefined); return; }
    let here = true, timer;
    const look = async () => {
      try {
        const t = await get(`/api/tasks/${id}`);
        if (!here) return;
        set(t);
        if (t.state === 'done') return done?.(t.result);
        if (t.state === 'failed' || t.state === 'stopped') return;
      } catch (error) {
        if (!here) return;
        if (error.status === 404) { set({state: 'failed', title: 'That task is not known any more', error: 'likeness may have been started anew. Begin it again.'}); return; }
      }
      timer = setTimeout(look, 400);
    };
    look();
    return () => { here = false; clearTimeout(timer); };
  }, [id]);
  return task;
}

/** TaskView shows how far a task is, with a button that stops it. */
export function TaskView({task}) {
  if (!task) return null;
  if (task.state === 'failed') return html`<${Failed} error=${{title: task.title, detail: task.error}}/>`;
  if (task.state === 'stopped') return html`<p class="muted">${task.title}: stopped. What was done so far is kept where it could be.</p>`;
  const running = task.state === 'running' || task.state === 'waiting';
  return html`<div class="card stack" role="status">
    <h3>${task.title}</h3>
    <p class="muted">${task.state === 'waiting' ? 'Waiting for another task' : task.state === 'done' ? 'Done' : task.what || 'Beginning'}${task.state === 'running' && task.total ? ` · ${task.done.toLocaleString('en')} of ${task.total.toLocaleString('en')}` : ''}</p>
    <${Progress} done=${task.state === 'done' ? 1 : task.done} total=${task.state === 'done' ? 1 : task.total || 1} label=${task.title}/>
    ${running ? html`<div class="row"><button onClick=${() => post(`/api/tasks/${task.id}`, undefined, undefined, 'DELETE').catch(() => {})}>Stop</button></div>` : null}
  </div>`;
}
