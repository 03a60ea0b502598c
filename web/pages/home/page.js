// The first page: what is in the folder, and what can be done with it.
import {html, sizeInWords, when} from '/static/shared/ui.js';
import {useFiles, about} from '/static/shared/files.js';
import {address} from '/static/shared/api.js';
import {Failed, Loading} from '/static/shared/states.js';
import {StartDrawn} from '/static/watch/start.js';

/** uses are the pages that each kind of thing is for. */
const uses = {
  index: f => [['Search', '/search', {index: f.name}], ['Map', '/map', {index: f.name}], ['People', '/people', {index: f.name}], ['Copies', '/copies', {index: f.name}]],
  collection: f => [['Search', '/search', {index: f.name}]],
  model: f => [...(f.code ? [['Play', '/play', {model: f.name}]] : []), ['Look inside', '/model', {model: f.name}]],
  checkpoint: f => [['Watch', '/watch', {run: f.name}], ['Look inside', '/model', {model: f.name}]],
  report: f => [['Open', '/reports', {report: f.name}]],
  pictures: f => [['Index its faces', '/search', {pictures: f.name}]],
};

const titles = {
  checkpoint: 'Trainings', index: 'Indexes', collection: 'Collections of engines', model: 'Models', finder: 'Finders', atlas: 'Atlases', report: 'Reports',
  pictures: 'Pictures', archive: 'Archives', detector: 'Detectors',
};

export default function Home({go}) {
  const {data, error, again, files} = useFiles();
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking at the folder"/>`;
  const mine = files.filter(f => !f.built_in), built = files.filter(f => f.built_in);
  return html`
    <div class="page-head"><h1>${data.name}</h1></div>
    <div class="home">
      <${Start} mine=${mine} go=${go}/>
      ${Object.entries(titles).map(([kind, title]) => {
        const list = mine.filter(f => f.kind === kind);
        return list.length ? html`<${Kind} title=${title} list=${list} key=${kind}/>` : null;
      })}
      <${Kind} title="Come with likeness" list=${built}/>
    </div>`;
}

function Start({mine, go}) {
  const pictures = mine.filter(f => f.kind === 'pictures');
  const learned = mine.some(f => ['model', 'checkpoint', 'index', 'collection'].includes(f.kind));
  return html`<section class=${'card start' + (learned ? '' : ' first')}>
    <div class="stack">
      <h2>${learned ? 'Begin something new' : 'Nothing has been learned here yet'}</h2>
      <p class="muted">Train a network on drawn faces and watch it learn to give them back, or play with the one that comes with likeness.</p>
    </div>
    <div class="row">
      <${StartDrawn} go=${go}/>
      <a class="button large" href="/play">Play with a face</a>
      ${pictures.slice(0, 1).map(p => html`<a class="button large" href=${address('/search', {pictures: p.name})}>Find the faces in ${p.name === '.' ? 'this folder' : p.name}</a>`)}
    </div>
  </section>`;
}

function Kind({title, list}) {
  return html`<section class="stack">
    <h2>${title}</h2>
    <ul class="things">${list.map(f => html`<li class="card thing" key=${f.name}>
      <div class="what">
        <strong>${f.name === '.' ? 'this folder' : f.name}</strong>
        <span class="muted">${f.problem || [about(f).replace(' · comes with likeness', ''), f.bytes ? sizeInWords(f.bytes) : '', f.changed ? when(f.changed) : ''].filter(Boolean).join(' · ')}</span>
      </div>
      <div class="row">${f.problem ? null : (uses[f.kind]?.(f) || []).map(([text, path, params]) => html`<a class="button" href=${address(path, params)} aria-label=${`${text}: ${f.name}`}>${text}</a>`)}</div>
    </li>`)}</ul>
  </section>`;
}
