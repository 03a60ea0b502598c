// Model: what it is made of, what its layers look for and make of a face, how it was trained, what it can do.
import {html, useLoad, useState, count} from '/static/shared/ui.js';
import {get} from '/static/shared/api.js';
import {useFiles, Chooser} from '/static/shared/files.js';
import {Loading, Failed, Empty, Command} from '/static/shared/states.js';
import {Layers} from './layers.js';
import {History, Score} from './training.js';

export default function ModelPage({url, go}) {
  const {files, data, error, again} = useFiles();
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking into the folder"/>`;
  const models = files.filter(f => ['model', 'checkpoint', 'finder', 'detector'].includes(f.kind) && !f.problem);
  if (!models.length) return html`<${Empty} title="There is no model here"><p>Train one: it learns faces from drawn ones in some minutes.</p><a class="button primary" href="/watch">Train a model</a></${Empty}>`;
  const name = url.searchParams.get('model') || (models.find(f => f.kind === 'model') || models[0]).name; // the newest of the folder first
  return html`
    <div class="page-head"><h1>Model</h1>
      <${Chooser} label="Model" hide files=${models} value=${name} onChange=${model => go({model, upload: null, index: null, id: null})}/>
    </div>
    <${Facts} key=${name} name=${name} url=${url} go=${go} indexes=${files.filter(f => f.kind === 'index')}/>`;
}

function Facts({name, url, go, indexes}) {
  const {data: m, error, again} = useLoad(signal => get('/api/model', {model: name}, signal), [name]);
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!m) return html`<${Loading} what=${`Opening ${name}`}/>`;
  return html`<div class="stack model">
    <div class="about">
      <section class="card stack" aria-label="What it is">
        <h2>${m.model}</h2>
        <${Card} text=${m.card}/>
        <${Table} rows=${rowsOf(m)}/>
      </section>
      <section class="stack" aria-label="What it can do">
        <h2>What it can do</h2>
        <ul class="can">${m.can.map(c => html`<li key=${c.what}>
          <div class="row"><span>${c.what}</span>${c.page ? html`<a class="button" href=${pageOf(c.page, name)}>Open</a>` : null}</div>
          <${Command} line=${c.line}/></li>`)}</ul>
      </section>
    </div>
    ${m.encoder ? html`<section class="stack" aria-label="How it was trained">
      <h2>How well it does</h2>
      <div class="about">
        <${History} training=${m.training}/>
        <${Score} model=${m} again=${again}/>
      </div>
    </section>
    <${Layers} model=${m} url=${url} go=${go} indexes=${indexes}/>` : null}
  </div>`;
}

/** pageOf is the address of a page about a model. */
function pageOf(path, model) {
  const to = new URL(path, location.origin);
  if (to.pathname === '/play') to.searchParams.set('model', model);
  return to.pathname + to.search;
}

/** Card is the text of a model card: its paragraphs, without the facts, which stand in the table. */
function Card({text}) {
  if (!text) return null;
  const paragraphs = text.split('## Facts')[0].split(/\n\s*\n/).map(p => p.trim()).filter(p => p && !p.startsWith('#'));
  return paragraphs.map((p, i) => html`<p key=${i}>${p.replace(/\s+/g, ' ')}</p>`);
}

function rowsOf(m) {
  const t = m.training, p = m.prep;
  if (!m.encoder) return [
    ['Kind', m.kind === 'finder' ? 'a finder of people' : 'a detector of faces'],
    ['Space', m.space],
    ['Fitted to', m.data],
    ['Fingerprint', m.fingerprint && html`<code>${m.fingerprint}</code>`],
  ];
  const rows = [
    ['Kind', `${m.architecture}, ${m.code ? `a code of ${count(m.code, 'number')}` : 'no code: it restores pictures'}`],
    ['Pictures', `${p.w} × ${p.h} pixels`],
    ['Weights', count(m.params, 'number')],
    ['Fingerprint', html`<code>${m.fingerprint}</code>`],
  ];
  if (m.checkpoint) rows.push(['State', 'a training that is under way or was interrupted']);
  if (!t) return [...rows, ['Training', 'not known']];
  const parts = [[t.n_train, 'learned from'], [t.n_validation, 'chosen on'], [t.n_test, 'tested on']].filter(([n]) => n).map(([n, what]) => `${n.toLocaleString('en')} ${what}`);
  return [...rows,
    ['Task', t.task + (t.corruption ? `, pictures spoiled by ${t.corruption}` : '')],
    ['Fitted to', t.data],
    ['Parts', parts.join(', ') + (t.split ? ` (${t.split})` : '')],
    ['Training', `${count((t.history || []).length, 'epoch')}, seed ${t.seed}` + (m.images_per_second ? `, ${Math.round(m.images_per_second).toLocaleString('en')} images/s` : '')],
    ['Optimizer', [t.optimizer, t.learning_rate && `learning rate ${t.learning_rate}`, t.schedule, t.batch && `batches of ${t.batch}`].filter(Boolean).join(', ')],
    ...(t.ended ? [['Ended', `by ${t.ended}`]] : []),
  ];
}

export const Table = ({rows}) => html`<table class="facts"><tbody>${rows.filter(([, v]) => v).map(([key, v]) => html`<tr key=${key}><th scope="row">${key}</th><td>${v}</td></tr>`)}</tbody></table>`;
