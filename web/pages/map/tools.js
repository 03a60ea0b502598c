// The tools of the map: what dragging does, and how near one looks.
import {html} from '/static/shared/ui.js';

const icons = {
  move: 'M12 3v18M3 12h18M12 3l-3 3m3-3 3 3M12 21l-3-3m3 3 3-3M3 12l3-3m-3 3 3 3M21 12l-3-3m3 3-3 3',
  lasso: 'M5 15c-2-2-2-6 1-8s9-3 12 0 2 7-1 9-7 2-9 0m-1 0c-2 1-2 4 0 5',
  box: 'M4 4h3M10 4h4M17 4h3v3M20 10v4M20 17v3h-3M14 20h-4M7 20H4v-3M4 14v-4M4 7V4',
  plus: 'M12 5v14M5 12h14', minus: 'M5 12h14', all: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
};

export const Icon = ({name}) => html`<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${icons[name]}/></svg>`;

export function Tools({mode, onMode, view}) {
  const middle = () => [view.width / 2, view.height / 2];
  const tool = (name, title) => html`<button aria-pressed=${mode === name} aria-label=${title} title=${title} onClick=${() => onMode(name)}><${Icon} name=${name}/></button>`;
  const press = (name, title, act) => html`<button aria-label=${title} title=${title} onClick=${() => view && act()}><${Icon} name=${name}/></button>`;
  return html`<div class="map-tools" role="toolbar" aria-label="Tools of the map">
    ${tool('move', 'Move')}${tool('lasso', 'Lasso (L)')}${tool('box', 'Box (B)')}
    <hr/>
    ${press('plus', 'Enlarge (+)', () => view.zoomAt(1.6, ...middle()))}${press('minus', 'Reduce (−)', () => view.zoomAt(1 / 1.6, ...middle()))}${press('all', 'Show all (0)', () => view.fit())}
  </div>`;
}
