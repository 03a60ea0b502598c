// The filters of a search: all that the verb 'search' has.
import {html} from '/static/shared/ui.js';

export const filterKeys = ['person', 'folder', 'from', 'to', 'attribute', 'min_odds', 'max_distance'];

/** Filters are the fields; values are what the address bar says. */
export function Filters({about, values, go}) {
  const set = (key, value) => go({[key]: value || null, k: null}, {replace: true});
  const active = filterKeys.filter(k => values[k]?.length).length;
  return html`<details class="filters" open=${active > 0}>
    <summary><h2>Filters</h2>${active ? html`<span class="chip">${active}</span>` : null}</summary>
    <div class="stack">
      <label class="field">Person
        <input type="search" list="people" value=${values.person[0] || ''} placeholder="anybody" onChange=${e => set('person', e.currentTarget.value)}/></label>
      <datalist id="people">${(about?.people || []).slice(0, 2000).map(p => html`<option value=${p.name} key=${p.name}>${p.members}</option>`)}</datalist>
      ${about?.folders.length ? html`<label class="field">Folder
        <select value=${values.folder} onChange=${e => set('folder', e.currentTarget.value)}>
          <option value="">any</option>
          ${about.folders.slice(0, 500).map(f => html`<option value=${f.name} key=${f.name}>${f.name} (${f.members})</option>`)}
        </select></label>` : null}
      <div class="two">
        <label class="field">Taken from<input type="date" value=${values.from} onChange=${e => set('from', e.currentTarget.value)}/></label>
        <label class="field">to<input type="date" value=${values.to} onChange=${e => set('to', e.currentTarget.value)}/></label>
      </div>
      ${about?.attributes?.length ? html`<${Attributes} names=${about.attributes} values=${values.attribute} go=${go}/>` : null}
      ${about?.odds ? html`<label class="field">Odds of one person at least
        <input type="number" min="0" step="any" value=${values.min_odds} placeholder="any" onChange=${e => set('min_odds', e.currentTarget.value)}/></label>` : null}
      <label class="field">Distance at most
        <input type="number" min="0" step="any" value=${values.max_distance} placeholder="any" onChange=${e => set('max_distance', e.currentTarget.value)}/></label>
      ${active ? html`<div class="row"><button onClick=${() => go(Object.fromEntries(filterKeys.map(k => [k, null])))}>Clear filters</button></div>` : null}
    </div>
  </details>`;
}

/** Attributes are conditions such as Smiling or !Smiling. */
function Attributes({names, values, go}) {
  const add = e => {
    const text = e.currentTarget.value;
    e.currentTarget.value = '';
    if (text) go({attribute: [...values, text], k: null}, {replace: true});
  };
  return html`<div class="stack">
    <label class="field">Attribute
      <select onChange=${add} value=""><option value="">add one</option>
        ${names.flatMap(n => [html`<option value=${n} key=${n}>${n}</option>`, html`<option value=${'!' + n} key=${'!' + n}>not ${n}</option>`])}
      </select></label>
    <div class="row">${values.map(v => html`<span class="chip" key=${v}>${v.replace('!', 'not ')}<button aria-label=${'Remove ' + v} onClick=${() => go({attribute: values.filter(o => o !== v)}, {replace: true})}>×</button></span>`)}</div>
  </div>`;
}
