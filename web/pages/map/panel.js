// The panel over the map: how the faces are laid out, what their colours say, what is found.
import {html, useState, count} from '/static/shared/ui.js';
import {Chooser} from '/static/shared/files.js';
import {Failed, Progress} from '/static/shared/states.js';
import {methods, share} from './layouts.js';
import {swatch, SHOWN} from './colours.js';

const ways = {person: 'Person', folder: 'Folder', time: 'Date', cluster: 'Cluster', attribute: 'Attribute'};

export function Panel(p) {
  const [open, setOpen] = useState(innerWidth > 720);
  return html`<section class="map-panel" aria-label="What the map shows">
    <div class="map-panel-head">
      <button class="quiet map-fold" aria-expanded=${open} onClick=${() => setOpen(!open)}>${open ? 'Hide' : 'Show'} options</button>
      <span class="muted map-kept-short">${p.layout && p.layout.kept.chance < 1 ? `${methods.find(m => m.name === p.layout.method)?.title} keeps ${share(p.layout.kept.share)}` : ''}</span>
    </div>
    <div class="map-panel-body" hidden=${!open}>
      <${Chooser} label="Index" files=${p.files} value=${p.index} onChange=${p.onIndex}/>
      <${Layouts} ...${p}/>
      <${Colours} ...${p}/>
      <${Finding} ...${p}/>
    </div>
  </section>`;
}

function Layouts({method, layout, job, notes, error, onMethod, onStop, onAgain}) {
  return html`<fieldset class="map-part"><legend>Layout</legend>
    <div class="map-switch" role="group">${methods.map(m => html`<button key=${m.name} aria-pressed=${m.name === method} title=${m.about} onClick=${() => onMethod(m.name)}>${m.title}</button>`)}</div>
    ${error ? html`<${Failed} error=${error} again=${onAgain}/>` : null}
    ${(notes || []).map(n => html`<p class="muted" role="status" key=${n.text}>${n.text}.</p>`)}
    ${job ? html`<div class="map-job" role="status">
      <div class="row"><span>${job.step.what}</span><button class="quiet" onClick=${onStop}>Stop</button></div>
      <${Progress} done=${job.step.done} total=${job.step.total || 1} label=${job.step.what}/>
    </div>` : layout ? html`<${Kept} layout=${layout}/>` : html`<p class="muted">Laying out …</p>`}
  </fieldset>`;
}

/** Kept says how far the map can be trusted. */
function Kept({layout}) {
  const {kept} = layout, all = kept.measured === layout.entries;
  if (kept.chance >= 1) return html`<p class="map-kept muted">So few faces are all each other's neighbours.</p>`;
  return html`<p class="map-kept" title=${all ? 'measured on all faces' : `measured on ${kept.measured.toLocaleString('en')} of the faces`}>
    Of each face's ${kept.k} nearest neighbours this map keeps <strong class="number">${share(kept.share)}</strong> nearest to it;
    <span class="muted"> a map at random would keep ${share(kept.chance)}.${layout.method === 'pca' ? ` It shows ${share(layout.variance || 0)} of the variance.` : ''}</span></p>`;
}

function Colours({info, by, attribute, categories, colouring, palette, isolated, onBy, onIsolate}) {
  const [all, setAll] = useState(false);
  const list = categories?.list || [];
  const coloured = categories?.ordered ? list.length : SHOWN, most = all ? list.length : Math.min(list.length, Math.max(coloured, 8));
  return html`<fieldset class="map-part"><legend>Colours</legend>
    <div class="row map-by">
      <label class="field"><span class="hidden-text">Colour by</span><select value=${by} onChange=${e => onBy(e.currentTarget.value)}>
        <option value="">one colour</option>
        ${info.by.map(w => html`<option key=${w} value=${w}>by ${ways[w].toLowerCase()}</option>`)}
      </select></label>
      ${by === 'attribute' ? html`<label class="field"><span class="hidden-text">Attribute</span><select value=${attribute} onChange=${e => onBy(by, e.currentTarget.value)}>
        ${info.attributes.map(a => html`<option key=${a} value=${a}>${a}</option>`)}</select></label>` : null}
    </div>
    ${colouring ? html`<p class="muted" role="status">${by === 'cluster' ? 'Sorting the faces by person; this can take a minute for thousands …' : 'Sorting …'}</p>` : null}
    ${list.length ? html`<ul class="map-legend">
      ${list.slice(0, most).map((c, i) => html`<li key=${c.name}><button class="quiet" aria-pressed=${isolated === i + 1} title="Show these alone in colour" onClick=${() => onIsolate(isolated === i + 1 ? 0 : i + 1)}>
        <i style=${{background: swatch(palette, i + 1)}}></i><span>${c.name}</span><span class="number muted">${c.count.toLocaleString('en')}</span></button></li>`)}
      ${list.length > most || categories.others ? html`<li class="map-rest"><button class="quiet" disabled=${list.length <= most} onClick=${() => setAll(true)}><i style=${{background: swatch(palette, 255)}}></i>
        <span>${list.length > most ? `${(list.length - most).toLocaleString('en')} more` : 'others'}</span><span class="number muted">${(list.slice(most).reduce((n, c) => n + c.count, 0) + categories.others).toLocaleString('en')}</span></button></li>` : null}
      ${categories.none ? html`<li class="map-rest muted"><span class="map-none"><i style=${{background: swatch(palette, 0)}}></i><span>${by === 'cluster' ? 'in no group' : 'not known'}</span><span class="number">${categories.none.toLocaleString('en')}</span></span></li>` : null}
    </ul>` : by && categories && !colouring ? html`<p class="muted">Nothing is known of that.</p>` : null}
  </fieldset>`;
}

function Finding({finding, matches, gone, searchRef, text, onFind, onCopies, onUnmark, showFaces, onFaces, onHelp}) {
  const submit = e => { e.preventDefault(); onFind(searchRef.current.value); };
  return html`<fieldset class="map-part"><legend>Find on the map</legend>
    <form class="row map-find" onSubmit=${submit}>
      <label class="field"><span class="hidden-text">A name or a file</span><input type="search" ref=${searchRef} defaultValue=${text} placeholder="a name or a file" enterkeyhint="search"/></label>
      <button>Find</button>
    </form>
    ${finding ? html`<p class="muted" role="status">${finding} …</p>` : null}
    ${matches ? html`<p class="row map-found" role="status"><span>${matches.title}: ${count(matches.rows.length, 'face')}</span><button class="quiet" onClick=${onUnmark}>Clear</button></p>` : null}
    ${gone ? html`<p class="muted" role="status">The pictures are not where they were when they were indexed, so the map shows points alone.</p>` : null}
    <div class="row">
      <button class="quiet" onClick=${onCopies}>Near copies</button>
      <button class="quiet" aria-pressed=${showFaces} onClick=${onFaces}>Faces</button>
      <button class="quiet" onClick=${onHelp}>Keys <kbd>?</kbd></button>
    </div>
  </fieldset>`;
}
