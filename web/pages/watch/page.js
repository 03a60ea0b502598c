// Watch: a training as it goes on, its losses beside what needs no training, and the same faces after every epoch.
import {html, useState, useEffect, useLoad, when} from '/static/shared/ui.js';
import {post, address} from '/static/shared/api.js';
import {Command, Empty, Failed, Loading, Progress} from '/static/shared/states.js';
import {useTraining} from './stream.js';
import {Chart} from './chart.js';
import {Faces} from './faces.js';
import {Form} from './form.js';
import {StartDrawn} from './start.js';
import {active, duration, error, model, states} from './words.js';

export default function Watch({url, go}) {
  const asked = url.searchParams.get('run')?.replace(/\.checkpoint$/, '');
  const making = url.searchParams.get('new');
  const [first, setFirst] = useState(); // of the list, where the address names none
  const run = asked || first;
  const {known, list, closed, lost} = useTraining(run);
  useEffect(() => { if (!asked && list) setFirst(list[0]?.id); }, [asked, list]);

  if (!list) return html`<h1 class="hidden-text">Watch</h1><${Loading} what=${lost ? 'likeness does not answer; trying again' : 'Looking for trainings'}/>`;
  const there = list.some(i => i.id === run);
  return html`
    <div class="page-head"><h1>Watch</h1>
      ${lost ? html`<span class="chip" role="status">${closed ? 'The program has ended, and this page with it' : 'Connection lost, trying again'}</span>` : null}
      ${closed || making ? null : html`<button onClick=${() => go({new: '1'})}>New training</button>`}
    </div>
    <div class="stack">
      ${making && !closed && (making !== 'like' || known.info) ? html`<${Form} go=${go} quick=${making === 'drawn'} like=${making === 'like' ? known.info?.options : undefined} key=${making}/>` : null}
      ${there ? html`<${Training} known=${known} run=${run} lost=${lost} go=${go} closed=${closed} key=${run}/>`
        : run && list.length ? html`<${Failed} error=${{title: 'This training is not here', detail: `The folder has no model and no checkpoint called ${run}.`}}/>`
        : making ? null : html`<${Empty} title="Nothing is trained here yet">
            <p>Watch a network learn faces that are drawn on this machine. The first are there within seconds, a model to play with in about two minutes. A training that is started in a terminal shows up here when it writes its checkpoint into this folder.</p>
            ${closed ? null : html`<${StartDrawn} go=${go}/>`}
          <//>`}
      <${List} list=${list} run=${run}/>
      ${closed ? html`<p class="muted">This page ends with the training that was started in the terminal. <code>likeness serve</code> opens one that stays and can start others.</p>` : null}
    </div>`;
}

function Training({known, run, lost, go, closed}) {
  const {info} = known;
  if (!info) return html`<${Loading} what=${'Opening ' + run}/>`;
  return html`
    <${Strip} known=${known} run=${run} again=${info.options && !closed ? () => go({run, new: 'like'}) : undefined}/>
    <div class="watch-columns">
      <section class="card" aria-label="Losses"><${Chart} known=${known}/></section>
      <section class="card faces-card" aria-label="Faces"><${Faces} known=${known} run=${run} lost=${lost}/></section>
    </div>
    <${Details} info=${info}/>`;
}

/** Strip says how far a training is, and has the buttons. */
function Strip({known: {info, step, preparing, epochs, baselines}, run, again}) {
  const [problem, setProblem] = useState();
  const act = name => post(address('/api/runs/' + name, {run})).then(() => setProblem(undefined), setProblem);
  const can = name => info.can.includes(name);
  const live = info.state === 'training' && step;
  const last = epochs.at(-1);
  const measured = last && (last.test_loss || last.validation_loss);
  const best = baselines.filter(b => b.mse > 0).sort((a, b) => a.mse - b.mse)[0];
  const total = info.epochs || epochs.length;
  const share = live ? (step.epoch - 1 + step.step / step.steps) / step.epochs : epochs.length / (total || 1);
  const reading = info.state === 'preparing' && preparing;
  const facts = [
    ['Epoch', info.state === 'preparing' || info.state === 'waiting' ? `0 of ${total || '?'}` : live ? `${step.epoch} of ${step.epochs}` : `${epochs.length} of ${total || '?'}`],
    [info?.noise_units ? 'Loss, in noise' : 'Training loss', live ? error(step.loss) : error(last?.loss)],
    [info.validation ? 'Validation error' : 'Test error', error(measured)],
    ['Images/s', live ? Math.round(step.images_per_second).toLocaleString('en') : ''],
    live ? ['Time left', duration(step.remaining)] : ['Time', info.seconds ? duration(info.seconds) : ''],
  ];
  return html`<section class="card strip" aria-label="Training">
    <div class="strip-head">
      <div class="strip-name"><h2>${info.id}</h2><span class="muted">${model(info)}</span></div>
      <span class=${'badge ' + info.state} role="status">${states[info.state] || info.state}${info.state === 'done' && info.ended ? `, ${ended[info.ended] || info.ended}` : ''}</span>
      <div class="row actions">
        ${can('pause') ? html`<button onClick=${() => act('pause')}>Pause</button>` : null}
        ${can('resume') ? html`<button class="primary" onClick=${() => act('resume')}>Resume</button>` : null}
        ${can('stop') ? html`<button onClick=${() => act('stop')} title="End it here; what it has learned becomes a model">${info.state === 'waiting' || info.state === 'preparing' && !info.checkpoint ? 'Cancel' : 'Stop and save'}</button>` : null}
        ${again && ['failed', 'cancelled', 'done'].includes(info.state) ? html`<button onClick=${again}>${info.state === 'done' ? 'Another like it' : 'Change and try again'}</button>` : null}
        ${info.state === 'done' ? html`
          ${info.code && !info.corruption ? html`<a class="button primary" href=${address('/play', {model: info.id})}>Play with it</a>` : null}
          <a class="button" href=${address('/model', {model: info.id})}>Look inside</a>` : null}
      </div>
    </div>
    <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd class="number">${value || '–'}</dd></div>`)}</dl>
    ${reading ? html`<div class="reading"><span class="muted">${preparing.what}${preparing.total && !preparing.bytes ? ` · ${preparing.done.toLocaleString('en')} of ${preparing.total.toLocaleString('en')}` : ''}</span><${Progress} done=${preparing.done} total=${preparing.total || 1} label=${preparing.what}/></div>`
      : html`<div class="reading"><span class="muted">${verdict(info, measured, best)}</span>${info.state === 'done' ? null : html`<${Progress} done=${share} total=${1} label="The training"/>`}</div>`}
    ${info.error ? html`<p class="wrong">${info.error}</p>` : null}
    ${problem ? html`<${Failed} error=${problem}/>` : null}
  </section>`;
}

const ended = {'early stop': 'ended early', 'time budget': 'ended by its time budget', stopped: 'stopped before the last epoch'};

/** verdict compares the last error with the best that needs no training. */
function verdict(info, measured, best) {
  if (info.state === 'waiting') return 'It begins when the trainings before it are done.';
  if (info.state === 'paused') return info.checkpoint ? 'Its checkpoint is in the folder: it can go on now, or after a restart.' : 'It has not begun.';
  if (!measured || !best) return measured ? 'What needs no training is being measured for comparison …' : ' ';
  const ratio = measured / best.mse;
  if (Math.abs(ratio - 1) <= 0.0005) return `As much error as ${best.name}, which needs no training.`; // as the program judges
  if (ratio < 1) return `${(100 * (1 - ratio)).toPrecision(2)} % less error than ${best.name}, the best that needs no training.`;
  if (ratio < 1.1) return `${(100 * (ratio - 1)).toPrecision(2)} % more error than ${best.name}, which needs no training.`;
  return `${ratio.toPrecision(3)} times the error of ${best.name}, which needs no training.`;
}

/** Details are the settings, remarks, and the command. */
function Details({info}) {
  const {data} = useLoad(async () => info.options ? (await post('/api/runs/command', {...info.options, resume: false})).command : '', [info.id, !!info.options]);
  const rows = [
    ['Pictures', info.data], ['For training', info.n_train?.toLocaleString('en')],
    [info.validation ? 'Measured on held-out training pictures' : 'For testing', info.n_measured?.toLocaleString('en')],
    ['Optimizer', info.optimizer && `${info.optimizer}, learning rate ${info.learning_rate}, ${info.schedule}, batches of ${info.batch}`], ['Seed', info.seed],
    ['Inputs', info.corruption], ['Time budget', info.time_budget ? duration(info.time_budget) : ''],
  ].filter(([, value]) => value !== undefined && value !== '' && value !== null);
  return html`<section class="card stack details">
    <dl class="settings">${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${info.notes?.length ? html`<ul class="notes">${info.notes.map(n => html`<li key=${n.text} class=${n.warning ? 'wrong' : 'muted'}>${n.text}</li>`)}</ul>` : null}
    ${data ? html`<${Command} line=${data}/>` : null}
  </section>`;
}

/** List has all trainings of the folder. */
function List({list, run}) {
  if (!list.length || list.length === 1 && list[0].id === run) return null;
  return html`<section class="stack">
    <h2>Trainings in this folder</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Trainings in this folder"><table class="runs">
      <thead><tr><th scope="col">Model</th><th scope="col">State</th><th scope="col" class="number">Epochs</th><th scope="col" class="number">Error</th><th scope="col">Pictures</th><th scope="col">Changed</th></tr></thead>
      <tbody>${list.map(i => html`<tr key=${i.id} class=${i.id === run ? 'chosen' : ''}>
        <th scope="row"><a href=${address('/watch', {run: i.id})} aria-current=${i.id === run ? 'true' : undefined}>${i.id}</a></th>
        <td class=${active(i.state) ? 'live' : ''}>${states[i.state] || i.state}</td>
        <td class="number">${i.epochs_done}${i.epochs ? ` of ${i.epochs}` : ''}</td>
        <td class="number">${error(i.measured)}</td>
        <td>${i.data}</td><td class="muted">${when(i.changed)}</td></tr>`)}</tbody>
    </table></div>
  </section>`;
}
