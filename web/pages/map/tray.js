// The selection: its faces, as a list, a file, a search, or the only ones on the map.
import {html, useState, useEffect, useRef, count} from '/static/shared/ui.js';
import {Photo} from '/static/shared/face.js';
import {address, post} from '/static/shared/api.js';
import {nameOf} from './members.js';

const FACES = 24, QUERIES = 8;

export function Tray({index, rows, members, files, only, onOnly, onPick, onClear}) {
  const [list, set] = useState([]);
  const [problem, setProblem] = useState(''), [said, setSaid] = useState(''), [naming, setNaming] = useState(false), name = useRef();
  const shown = rows.slice(0, FACES).join();
  useEffect(() => {
    let here = true;
    members.all(rows.slice(0, FACES)).then(l => here && set(l), e => here && setProblem(e.message));
    return () => { here = false; };
  }, [shown, members]);
  const save = async () => {
    try { download(`${index.replace(/\.index\.safetensors$/, '')} selection.csv`, csv(await members.all(rows))); } catch (e) { setProblem(e.message); }
  };
  const copyLink = e => {
    const button = e.currentTarget, link = new URL(address('/map', {index, id: list.map(m => m.id)}), location.href);
    navigator.clipboard?.writeText(link.href).then(() => { button.textContent = 'Copied'; setTimeout(() => { button.textContent = 'Copy link'; }, 1500); });
  };
  const links = async e => {
    e.preventDefault();
    setProblem('');
    setSaid('');
    try {
      const made = await post('/api/map/links', {index, rows, folder: name.current.value.trim()});
      setNaming(false);
      setSaid(`${count(made.linked, 'link')} in the folder ${made.folder}${made.without ? `; ${made.without} of the faces have no file` : ''}`);
    } catch (error) { setProblem(error.detail || error.message); }
  };
  const people = [...new Set(list.map(m => m.person).filter(Boolean))];
  return html`<section class="map-tray card" aria-label="Selection">
    <div class="row">
      <strong role="status">${count(rows.length, 'face')} selected</strong>
      <div class="row map-tray-actions">
        <button aria-pressed=${only} onClick=${onOnly}>Only these</button>
        <a class="button" href=${address('/search', {index, id: list.slice(0, QUERIES).map(m => m.id)})} title=${rows.length > QUERIES ? `with the first ${QUERIES}` : ''}>Search with them</a>
        ${people.length ? html`<a class="button" href=${address('/search', {index, id: list[0]?.id, person: people})} title=${'only ' + people.join(', ')}>Search among their people</a>` : null}
        <button onClick=${save}>CSV</button>
        ${files ? html`<button aria-expanded=${naming} onClick=${() => setNaming(!naming)}>Folder of links</button>` : null}
        ${rows.length <= FACES ? html`<button onClick=${copyLink}>Copy link</button>` : null}
        <button class="quiet" onClick=${onClear}>Clear</button>
      </div>
    </div>
    ${naming ? html`<form class="row" onSubmit=${links}><label class="field map-name"><span class="hidden-text">Name of the new folder</span><input type="text" ref=${name} required maxlength="100" placeholder="name of the new folder"/></label><button class="primary">Make it</button></form>` : null}
    ${said ? html`<p role="status" class="muted">${said}</p>` : null}
    ${problem ? html`<p role="alert">${problem}</p>` : null}
    <ul class="map-strip">${list.map((m, i) => html`<li key=${m.id}><button class="quiet" title=${nameOf(m)} onClick=${() => onPick(rows[i])}><${Photo} index=${index} id=${m.id} side=${96} alt=${nameOf(m)}/></button></li>`)}
      ${rows.length > FACES ? html`<li class="muted map-more">and ${(rows.length - FACES).toLocaleString('en')} more</li>` : null}</ul>
  </section>`;
}

/** csv writes members as RFC 4180 has it. */
export function csv(list) {
  // A cell that begins like a formula would be one in a spreadsheet.
  const cell = v => /^[=+\-@\t\r]/.test(v) ? `"'${v.replaceAll('"', '""')}"` : /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v;
  return ['id,person,taken', ...list.map(m => [m.id, m.person || '', m.taken || ''].map(cell).join(','))].join('\r\n') + '\r\n';
}

function download(name, text) {
  const a = Object.assign(document.createElement('a'), {href: URL.createObjectURL(new Blob([text], {type: 'text/csv'})), download: name});
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}
