// Play: pull a face by its numbers, mix faces, make new ones.
import {html, useEffect, useLoad, useState} from '/static/shared/ui.js';
import {enlarged} from '/static/shared/looks.js';
import {get, post} from '/static/shared/api.js';
import {useFiles, Chooser} from '/static/shared/files.js';
import {Loading, Failed, Empty, Command} from '/static/shared/states.js';
import {useTask, TaskView} from '/static/shared/task.js';
import {OneFace} from './one.js';
import {Between} from './between.js';
import {Sheet} from './sheet.js';

const views = [['face', 'One face', OneFace], ['morph', 'Between faces', Between], ['sheet', 'New faces', Sheet]];

/** hasFaces says whether a file is a model whose codes are faces. What a training under way has learned changes too often. */
const hasFaces = f => f.kind === 'model' && f.code > 0 && !f.problem;

export default function Play({url, go}) {
  const {files, data, error, again} = useFiles();
  const models = files.filter(hasFaces);
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking into the folder"/>`;
  if (!models.length) return html`<${Empty} title="There is no model with faces here"><p>Train one: it learns faces from drawn ones in some minutes.</p><a class="button primary" href="/watch">Train a model</a></${Empty}>`;
  const asked = url.searchParams.get('model');
  const model = asked || models[0].name;
  const view = views.find(([name]) => name === url.searchParams.get('view')) || views[0];
  const pixels = enlarged.value === 'crisp';
  return html`
    <div class="page-head play-head">
      <h1>Play</h1>
      <div class="views" role="group" aria-label="What to do">
        ${views.map(([name, title]) => html`<button key=${name} aria-pressed=${view[0] === name} onClick=${() => go({view: name === 'face' ? null : name})}>${title}</button>`)}
      </div>
      <${Chooser} label="Model" hide files=${models} value=${model} onChange=${name => go({model: name, by: null, hold: null, along: null, face: keptFace(url)})}/>
    </div>
    <${Ground} key=${model} model=${model} View=${view[2]} url=${url} go=${go} pixels=${pixels} indexes=${files.filter(f => f.kind === 'index')}/>`;
}

/** keptFace is the face of the address bar, unless it is one of a model's own. */
function keptFace(url) {
  const word = url.searchParams.get('face') || '';
  return word.startsWith('c:') ? null : word;
}

/** Ground loads what there is to play with. */
function Ground({model, View, ...rest}) {
  const {data, error, again} = useLoad(signal => get('/api/play', {model}, signal), [model]);
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what=${`Opening ${model}`}/>`;
  if (!data.known) return html`<${Unknown} model=${model} again=${again}/>`;
  return html`<${View} ground=${data} ...${rest}/>`;
}

/** shellWord is a name as a shell reads it. */
const shellWord = name => /^[\w./=+@%:-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;

/** Unknown finds out what a model's numbers do. */
function Unknown({model, again}) {
  const [id, setId] = useState();
  const [problem, setProblem] = useState(null);
  const task = useTask(id, again);
  const fit = () => { setProblem(null); setId(); post('/api/play/atlas', {model}).then(t => setId(t.id), setProblem); };
  useEffect(fit, [model]);
  const failed = problem || (task && ['failed', 'stopped'].includes(task.state));
  return html`<${Empty} title=${`Finding what the numbers of ${model} do`}>
    <p>Its training faces are looked at: how their numbers vary, and which way in them leads to a smile. What is found is kept in a file beside the model, so this is done once.</p>
    <${TaskView} task=${task}/>
    ${problem ? html`<${Failed} error=${problem}/>` : null}
    ${failed ? html`<button class="primary" onClick=${fit}>Try again</button>` : null}
    ${failed ? html`<p>Are its pictures elsewhere? The terminal takes any others.</p>` : null}
    <${Command} line=${`likeness directions ${shellWord(model)}${failed ? ' --data PICTURES' : ''}`}/>
  </${Empty}>`;
}
