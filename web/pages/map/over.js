// What lies over the points and moves with them: the ring around a face, the outline of a lasso, the cards. It is drawn
// again with each frame, and nothing else of the page is.
import {html, useState, useEffect} from '/static/shared/ui.js';
import {FaceCard, SpotCard} from './card.js';

/**
 * @param {{view: import('./view.js').View, hover: {value: {row: number, at: number[]} | null}, focus: number, spot: object, outline: {value: number[][] | null}}} props
 */
export function Over({view, index, members, layout, hover, focus, spot, outline, selected, onSelect, onClose}) {
  const [, tick] = useState(0);
  const follows = focus >= 0 || !!spot;
  useEffect(() => {
    if (!follows) return;
    const drawn = () => tick(n => n + 1);
    view.listeners.add(drawn);
    return () => { view.listeners.delete(drawn); };
  }, [view, follows]);
  const over = hover.value, row = focus >= 0 ? focus : over ? over.row : -1;
  const at = row >= 0 && view.grid ? view.screen(row) : null;
  const inside = at && at[0] > -20 && at[1] > -20 && at[0] < view.width + 20 && at[1] < view.height + 20;
  const spotAt = spot && view.place(spot.x, spot.y);
  return html`
    <svg class="map-outline" aria-hidden="true">
      ${outline.value ? html`<polygon points=${outline.value.map(p => p.map(Math.round).join()).join(' ')}/>` : null}
      ${inside ? html`<circle cx=${at[0]} cy=${at[1]} r="11"/>` : null}
      ${spotAt ? html`<circle cx=${spotAt[0]} cy=${spotAt[1]} r="5" class="spot"/>` : null}
    </svg>
    ${inside ? html`<${FaceCard} index=${index} row=${row} members=${members} view=${view} at=${at} pinned=${focus >= 0} selected=${selected}
      onSelect=${onSelect} onClose=${onClose}/>` : null}
    ${spot && layout ? html`<${SpotCard} index=${index} layout=${layout} spot=${spot} view=${view} onClose=${onClose}/>` : null}`;
}
