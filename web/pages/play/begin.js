// Where a face comes from: a new one, the mean, a picture, a member of an index.
import {html, useEffect, useLoad, useRef, useState} from '/static/shared/ui.js';
import {get, upload} from '/static/shared/api.js';
import {Chooser} from '/static/shared/files.js';
import {arrows, Photo} from '/static/shared/face.js';
import {Failed} from '/static/shared/states.js';
import {newFace} from './state.js';

/** usePicture takes pictures that are chosen, dropped or pasted: it calls set with the face. */
export function usePicture(set) {
  const [state, setState] = useState({});
  const send = async file => {
    if (!file) return;
    setState({busy: true});
    try {
      const sent = await upload(file);
      setState({});
      set({kind: 'u', upload: sent.id, name: file.name || 'pasted.png'});
    } catch (error) { setState({error}); }
  };
  const latest = useRef();
  latest.current = send;
  useEffect(() => {
    const image = list => [...(list || [])].find(f => f.type.startsWith('image/') || /\.(heic|heif|avif)$/i.test(f.name));
    const over = e => { if (e.dataTransfer?.types.includes('Files')) e.preventDefault(); };
    const drop = e => { const file = image(e.dataTransfer?.files); if (file) { e.preventDefault(); latest.current(file); } };
    const paste = e => { const file = image(e.clipboardData?.files); if (file) { e.preventDefault(); latest.current(file); } };
    addEventListener('dragover', over); addEventListener('drop', drop); addEventListener('paste', paste);
    return () => { removeEventListener('dragover', over); removeEventListener('drop', drop); removeEventListener('paste', paste); };
  }, []);
  return {...state, send};
}

/** PictureButton chooses a picture file. */
export function PictureButton({send, busy, children = 'Your picture'}) {
  const input = useRef();
  return html`<button disabled=${busy} onClick=${() => input.current.click()}>${busy ? 'Looking for the face …' : children}</button>
    <input class="hidden-text" ref=${input} type="file" accept="image/*,.heic,.heif,.avif" tabindex="-1" aria-hidden="true" onChange=${e => { send(e.currentTarget.files[0]); e.currentTarget.value = ''; }}/>`;
}

export function Begin({face, set, indexes}) {
  const spread = face.kind === 's' ? face.spread : 0.9;
  const picture = usePicture(set);
  const [choosing, setChoosing] = useState(false);
  return html`<section class="begin stack" aria-label="Another face">
    <div class="row">
      <button class="primary" onClick=${() => set(newFace(spread))}>New face</button>
      <button onClick=${() => set({kind: 'm'})} disabled=${face.kind === 'm'}>Mean face</button>
      <${PictureButton} ...${picture}/>
      <${FromIndex} indexes=${indexes} open=${choosing} toggle=${() => setChoosing(!choosing)} set=${f => { setChoosing(false); set(f); }}/>
    </div>
    ${picture.error ? html`<${Failed} error=${picture.error}/>` : null}
    ${face.kind === 's' ? html`<label class="spread"><span>Spread <span class="number">${spread.toFixed(1)}</span></span>
      <input type="range" min="0" max="1.5" step="0.1" value=${spread} aria-valuetext=${`${spread}: ${spread < 0.7 ? 'likelier faces, less varied' : spread > 1.05 ? 'wilder than those it learned' : 'about as varied as those it learned'}`}
        onChange=${e => set({...face, spread: Number(e.currentTarget.value)}, {replace: true})}/></label>` : null}
    <p class="muted small">A picture can also be dropped anywhere on the page, or pasted.</p>
  </section>`;
}

/** FromIndex chooses a member of one of the indexes in the folder. */
export function FromIndex({indexes, open, toggle, set}) {
  const usable = indexes.filter(f => !f.problem);
  const [chosen, setChosen] = useState('');
  const index = chosen || usable[0]?.name;
  if (!usable.length) return null;
  return html`<button aria-expanded=${open} onClick=${toggle}>From a collection</button>
    ${open ? html`<div class="collection card stack">
      ${usable.length > 1 ? html`<${Chooser} label="Collection" files=${usable} value=${index} onChange=${setChosen}/>` : null}
      <${Members} index=${index} count=${usable.find(f => f.name === index)?.count || 24} set=${set}/>
    </div>` : null}`;
}

function Members({index, count, set}) {
  const many = 24;
  const {data, error, again} = useLoad(signal => get('/api/members', {index, count: many, stride: Math.max(1, Math.floor(count / many))}, signal), [index]);
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<p class="muted">Loading …</p>`;
  return html`<div class="faces few" role="group" aria-label="Faces of the collection" onKeyDown=${arrows}>
    ${data.members.map(m => html`<button class="tile" key=${m.id} title=${m.id} onClick=${() => set({kind: 'i', index, id: m.id})}><${Photo} index=${index} id=${m.id} side="96" alt=${m.person || m.id}/></button>`)}
  </div>`;
}
