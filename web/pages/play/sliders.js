// The sliders: attributes first, then the single numbers. A slider stands where the face is, so one sees what a change takes
// along; pulling it asks for another place.
import {html, useMemo, useState} from '/static/shared/ui.js';

const first = 12; // attributes that are shown at once

/** asked are the attributes that people ask for first, where a model has them; the others follow by how well they are told apart. */
const asked = ['Smiling', 'Mouth Slightly Open', 'Eyeglasses', 'Male', 'Youth', 'Senior', 'Blond Hair', 'Bald', 'Mustache', 'No Beard', 'Heavy Makeup', 'Narrow Eyes'];
const signed = v => (v > 0 ? '+' : v < 0 ? '−' : '') + Math.abs(v).toFixed(1);

/** plain compares names without case and punctuation. */
const plain = text => text.toLowerCase().replace(/[^a-z0-9]/g, '');

const rank = d => { const at = asked.findIndex(name => plain(name) === plain(d.name)); return at < 0 ? asked.length : at; };
const quality = d => (d.held_out || {auc: d.cross_auc}).auc;

export function Attributes({ground, as, info, move, pull, commit}) {
  const [text, setText] = useState('');
  const [all, setAll] = useState(false);
  const ranked = useMemo(() => ground.attributes.map((d, i) => ({d, i})).sort((a, b) => rank(a.d) - rank(b.d) || quality(b.d) - quality(a.d)), [ground]);
  if (!ranked.length) return html`<p class="muted">The pictures that ${ground.model} learned from have no attributes, so there is no slider for a smile. The numbers below change the face all the same.</p>`;
  const touched = d => move.by[d.name] || move.hold.includes(d.name);
  const listed = text ? ranked.filter(({d}) => plain(d.name).includes(plain(text))) : ranked.filter(({d}, n) => all || n < first || touched(d));
  return html`<fieldset class="attributes">
    <legend class="hidden-text">Attributes</legend>
    <div class="row slider-head">
      <h2>Attributes</h2>
      <input type="search" placeholder=${`Find among ${ranked.length}`} aria-label="Find an attribute" value=${text} onInput=${e => setText(e.currentTarget.value)}/>
    </div>
    <ul class="sliders">
      ${listed.map(({d, i}) => html`<${Attribute} key=${d.name} d=${d} base=${as.scores[i]} score=${info.scores[i]} move=${move} pull=${pull} commit=${commit}/>`)}
    </ul>
    ${listed.length ? null : html`<p class="muted">No attribute is called like ${text}.</p>`}
    ${text || ranked.length <= first ? null : html`<button class="quiet" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? 'Fewer' : `All ${ranked.length}`}</button>`}
    <${Along} info=${info}/>
    <p class="muted small">The words are the labels of the pictures that were learned from: how somebody looks, not who somebody is.</p>
  </fieldset>`;
}

/** Along says what the change takes along. */
function Along({info}) {
  const list = info.takes_along.filter(e => Math.abs(e.by) >= 0.3).slice(0, 4);
  return html`<p class="along small">${list.length ? html`<span class="muted">Takes along:</span> ${list.map(e => `${e.name} ${signed(e.by)}`).join(', ')}. <span class="muted">Hold what should stay.</span>` : ' '}</p>`;
}

function Attribute({d, base, score, move, pull, commit}) {
  const by = move.by[d.name] || 0, held = move.hold.includes(d.name);
  const low = Math.min(d.usual.low, base) - 0.75, high = Math.max(d.usual.high, base) + 0.75;
  const to = change => ({...move, by: {...move.by, [d.name]: change}});
  const hold = () => commit({...move, hold: held ? move.hold.filter(n => n !== d.name) : [...move.hold, d.name]});
  const value = by ? base + by : score;
  return html`<li class=${by ? 'slider moved' : 'slider'}>
    <label><span class="slider-name">${d.name}</span>
      <${Range} low=${low} high=${high} value=${value} zero=${base} usual=${d.usual} mark=${base} text=${`${value.toFixed(1)}, ${by ? signed(by) + ' from the face as it was' : 'as it is'}`}
        onInput=${(v, e) => pull(to(v), e.timeStamp)} onChange=${v => commit(to(v))} title=${`Told apart on faces it had not seen: AUC ${quality(d).toFixed(2)}`}/></label>
    <span class="number change">${by ? signed(by) : ''}</span>
    ${by ? html`<button class="quiet hold" onClick=${() => commit({...move, by: {...move.by, [d.name]: 0}})} aria-label=${`Undo ${d.name}`}>undo</button>`
         : html`<button class="quiet hold" aria-pressed=${held} onClick=${hold} aria-label=${`Hold ${d.name}`}>hold</button>`}
  </li>`;
}

export function Numbers({ground, as, info, move, pull, commit}) {
  const [open, setOpen] = useState(Object.values(move.along).some(Boolean));
  const [all, setAll] = useState(false);
  const most = ground.axes[0]?.effect || 1;
  const listed = ground.axes.filter((a, n) => all || n < first || move.along[a.axis]);
  return html`<details class="numbers" open=${open} onToggle=${e => setOpen(e.currentTarget.open)}>
    <summary><h2>The ${ground.axes.length} numbers</h2> <span class="muted small">what changes most comes first</span></summary>
    ${open ? html`<ul class="sliders">
      ${listed.map(a => {
        const n = ground.axes.indexOf(a);
        const by = move.along[a.axis] || 0;
        const value = info.white[a.axis];
        const own = value - by; // where attributes have moved it
        const to = change => ({...move, along: {...move.along, [a.axis]: change}});
        return html`<li class=${by ? 'slider moved' : 'slider'} key=${a.axis}>
          <label><span class="slider-name"><span class="effect" style=${{width: `${Math.max(4, 100 * a.effect / most)}%`}} aria-hidden="true"></span>Number ${n + 1}</span>
            <${Range} low=${-3.5} high=${3.5} value=${value} zero=${own} usual=${a.usual} mark=${as.white[a.axis]} text=${`${value.toFixed(1)} standard deviations`}
              onInput=${(v, e) => pull(to(v), e.timeStamp)} onChange=${v => commit(to(v))}
              title=${`One unit changes the picture by ${a.effect.toFixed(1)} of 255 levels`}/></label>
          <span class="number change">${by ? signed(by) : ''}</span>
          <button class="quiet hold" disabled=${!by} onClick=${() => commit({...move, along: {...move.along, [a.axis]: 0}})} aria-label=${`Undo number ${n + 1}`}>${by ? 'undo' : ''}</button>
        </li>`;
      })}
    </ul>
    ${ground.axes.length > first ? html`<button class="quiet" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? 'Fewer' : `All ${ground.axes.length}`}</button>` : null}
    <p class="muted small">One unit of each is equally likely among the faces that were learned.</p>` : null}
  </details>`;
}

/**
 * Range is a slider over what is usual; a mark shows where the face was. It tells the change from zero, in tenths, so that
 * arrow keys come back to no change at all.
 */
function Range({low, high, value, zero, usual, mark, text, onInput, onChange, title}) {
  const at = v => `${100 * (Math.min(Math.max(v, low), high) - low) / (high - low)}%`;
  const change = e => Number(Number(e.currentTarget.value).toFixed(1));
  return html`<span class="range" style=${{'--low': at(usual.low), '--high': at(usual.high), '--mark': at(mark)}}>
    <input type="range" min=${Math.floor(10 * (low - zero)) / 10} max=${Math.ceil(10 * (high - zero)) / 10} step="0.1" value=${(value - zero).toFixed(1)} aria-valuetext=${text} title=${title}
      onInput=${e => onInput(change(e), e)} onChange=${e => onChange(change(e))}/></span>`;
}
