// The keys of the map.
import {html, useRef, useEffect} from '/static/shared/ui.js';

const keys = [
  ['Arrows', 'to the nearest face in that direction'], ['Enter', 'search with the face'], ['S', 'select the face, or no longer'],
  ['Shift + arrows', 'move the map'], ['+  −', 'enlarge, reduce'], ['0', 'show all'],
  ['L', 'lasso: draw around faces'], ['B', 'box: drag over faces'], ['F', 'faces or points alone'],
  ['/', 'find a name'], ['Esc', 'put the tool, the card or the selection away'], ['?', 'this list'],
];

export function Help({onClose}) {
  const dialog = useRef();
  useEffect(() => { dialog.current.showModal(); }, []);
  return html`<dialog class="map-help card" ref=${dialog} onClose=${onClose} aria-labelledby="map-help-title" onClick=${e => e.target === dialog.current && dialog.current.close()}>
    <h2 id="map-help-title">Keys of the map</h2>
    <table><tbody>${keys.map(([key, what]) => html`<tr key=${key}><th scope="row"><kbd>${key}</kbd></th><td>${what}</td></tr>`)}</tbody></table>
    <p class="muted">With the mouse: drag to move, turn the wheel to enlarge, hold Shift to lasso, Alt for a box. With two fingers: pinch.</p>
    <form method="dialog"><button class="primary">Close</button></form>
  </dialog>`;
}
