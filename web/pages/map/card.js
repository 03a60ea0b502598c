// A face of the map, large: the one under the pointer, the one that was chosen, or the one that is painted for an empty
// place.
import {html, useState, useEffect, useRef} from '/static/shared/ui.js';
import {Photo, Pixels} from '/static/shared/face.js';
import {address, bytes, get} from '/static/shared/api.js';
import {nameOf} from './members.js';

const DWELL = 220; // milliseconds

/** placed puts a card beside a place of the screen, inside of the map. */
function placed([x, y], view, h, w = 190) {
  const left = x + 22 + w < view.width ? x + 22 : x - 22 - w;
  return {left: Math.max(8, left) + 'px', top: Math.max(8, Math.min(view.height - h - 8, y - h / 3)) + 'px', width: w + 'px'};
}

/** Quick is the small face of a sheet, which is there at once, under the large one, which takes a while from an archive. */
function Quick({index, row}) {
  const canvas = useRef();
  useEffect(() => {
    const control = new AbortController();
    bytes('/api/map/faces', {index, rows: [row]}, control.signal)
      .then(b => createImageBitmap(new Blob([b], {type: 'image/jpeg'}), 0, 0, 32, 32))
      .then(image => canvas.current?.getContext('2d').drawImage(image, 0, 0), () => {}); // the large one says what is wrong
    return () => control.abort();
  }, [index, row]);
  return html`<canvas class="map-quick" ref=${canvas} width="32" height="32" aria-hidden="true"></canvas>`;
}

/** FaceCard shows a member; with actions when it was chosen. */
export function FaceCard({index, row, members, view, at, pinned, selected, onSelect, onClose}) {
  const [member, set] = useState(), [large, setLarge] = useState(false);
  // The large picture is asked for once the mouse stays: reading one from an archive is work.
  useEffect(() => {
    setLarge(pinned);
    const timer = setTimeout(() => setLarge(true), DWELL);
    return () => clearTimeout(timer);
  }, [row, pinned]);
  useEffect(() => {
    let here = true;
    set(undefined);
    members.of(row).then(m => here && set(m), () => here && set({id: 'It could not be read'}));
    return () => { here = false; };
  }, [row, members]);
  return html`<aside class=${'map-card card' + (pinned ? ' pinned' : '')} style=${placed(at, view, pinned ? 300 : 250)} aria-label=${member ? nameOf(member) : 'A face'}>
    ${view.faces.gone ? null : html`<div class="map-photo" key=${row}><${Quick} index=${index} row=${row}/>
      ${member && large ? html`<${Photo} index=${index} id=${member.id} side=${320} alt=${nameOf(member)}/>` : null}</div>`}
    <div class="map-card-text">
      <strong>${member ? nameOf(member) : ' '}</strong>
      ${member?.person && !member.id.startsWith(member.person.replaceAll(' ', '_')) ? html`<span class="muted map-id">${member.id}</span>` : null}
      ${member?.taken ? html`<span class="muted">${member.taken.slice(0, 10)}</span>` : null}
    </div>
    ${pinned && member ? html`<div class="row map-card-actions">
      <a class="button" href=${address('/search', {index, id: member.id})}>Search</a>
      <button aria-pressed=${selected} onClick=${onSelect}>${selected ? 'Selected' : 'Select'}</button>
      <button class="quiet" onClick=${onClose} aria-label="Close">×</button>
    </div>` : null}
  </aside>`;
}

const decoded = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));

/** SpotCard shows the face that the decoder paints for a place. */
export function SpotCard({index, layout, spot, view, onClose}) {
  const [state, set] = useState({});
  useEffect(() => {
    const control = new AbortController();
    set({});
    const [left, bottom, side] = layout.frame;
    get('/api/map/spot', {index, layout: layout.method, x: left + spot.x * side, y: bottom + spot.y * side}, control.signal)
      .then(s => set({...s, rgb: decoded(s.rgb)}), error => error.name === 'AbortError' || set({error}));
    return () => control.abort();
  }, [index, layout, spot]);
  const names = [...new Set((state.nearest || []).map(nameOf))].slice(0, 3);
  return html`<aside class="map-card card pinned" style=${placed(view.place(spot.x, spot.y), view, 350)} aria-label="The face of an empty place">
    ${state.rgb ? html`<${Pixels} rgb=${state.rgb} w=${state.width} h=${state.height} alt="A face painted for this place"/>` : html`<div class="face"></div>`}
    <div class="map-card-text" role="status">
      <strong>${state.error ? 'No face here' : 'Nobody is here'}</strong>
      <span class="muted">${state.error ? state.error.detail : state.rgb ? `painted by the decoder${names.length ? ', near ' + names.join(', ') : ''}` : 'painting …'}</span>
    </div>
    <div class="row map-card-actions"><button class="quiet" onClick=${onClose}>Close</button></div>
  </aside>`;
}
