// How far a face is from those that were learned: a quiet bar, and words.
import {html} from '/static/shared/ui.js';

export function Meter({ground, info}) {
  const {near, half, far} = ground.distances;
  const end = far * 1.25;
  const at = v => `${Math.min(100, 100 * v / end)}%`;
  const [word, why] = words(info);
  return html`<div class="meter" data-place=${info.place || 'usual'}>
    <div class="bar-of-distance" aria-hidden="true" style=${{'--near': at(near), '--far': at(far)}}>
      <span class="half" style=${{left: at(half)}}></span><span class="mark" style=${{left: at(info.distance)}}></span>
    </div>
    <p aria-live="polite"><strong>${word}</strong> <span class="muted">${why} <span class="number">${info.distance.toFixed(1)}</span> from the mean; usual are <span class="number">${near.toFixed(1)}</span> to <span class="number">${far.toFixed(1)}</span>.</span></p>
  </div>`;
}

function words(info) {
  if (info.beyond?.length) return ['Far from the faces it learned.', `Hardly any of them has so much, or so little, of ${info.beyond.map(b => b === 'the change as a whole' ? 'this change' : b).join(' and ')}; as a whole it lies`];
  if (info.place === 'far') return ['Far from the faces it learned.', 'Farther out than 99 in 100.'];
  if (info.place === 'average') return ['An average of many faces.', 'Nearer to the middle than 99 in 100.'];
  return ['Like the faces it learned.', ''];
}
