// The large button: one click, and a network learns drawn faces before one's eyes.
import {html, useState} from '/static/shared/ui.js';
import {post} from '/static/shared/api.js';
import {Failed} from '/static/shared/states.js';

/** StartDrawn begins a training on drawn faces and goes to its page. It can stand on any page; go is that page's. */
export function StartDrawn({go, text = 'Train on drawn faces and watch'}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState();
  const begin = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const {run} = await post('/api/runs/drawn');
      go({run, new: null}, {path: '/watch'});
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return html`<button class="primary large" onClick=${begin} disabled=${busy}>${busy ? 'Beginning …' : text}</button>
    ${problem ? html`<${Failed} error=${problem}/>` : null}`;
}
