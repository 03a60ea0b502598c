// Choosing a picture of one's own: dropped anywhere on the page, pasted, or chosen.
import {html, useEffect, useRef, useState} from './ui.js';
import {upload} from './api.js';

/**
 * Drop is a place for pictures. take is called with what the server says of each one that was sent: {id, width, height,
 * faces}, the file, and its place among those given at once; failed with the problem of one that was not a picture.
 */
export function Drop({take, failed, children, multiple = false}) {
  const [over, setOver] = useState(false), [busy, setBusy] = useState(0);
  const input = useRef();
  const send = async list => {
    for (const [place, file] of [...list].slice(0, multiple ? 20 : 1).entries()) {
      setBusy(n => n + 1);
      try { await take(await upload(file), file, place); } catch (error) { failed?.(error); } finally { setBusy(n => n - 1); }
    }
  };
  useEffect(() => {
    const pasted = e => { if (e.clipboardData?.files.length) { e.preventDefault(); send(e.clipboardData.files); } };
    const dragged = e => { if (e.dataTransfer?.types.includes('Files')) { e.preventDefault(); setOver(e.type === 'dragover'); } };
    const dropped = e => { setOver(false); if (e.dataTransfer?.files.length) { e.preventDefault(); send(e.dataTransfer.files); } };
    for (const [name, call] of [['paste', pasted], ['dragover', dragged], ['dragleave', dragged], ['drop', dropped]]) addEventListener(name, call);
    return () => { for (const [name, call] of [['paste', pasted], ['dragover', dragged], ['dragleave', dragged], ['drop', dropped]]) removeEventListener(name, call); };
  });
  return html`<div class=${'drop' + (over ? ' over' : '')}>
    <button class="drop-button" onClick=${() => input.current.click()} disabled=${busy > 0}>${busy ? 'Looking for the face …' : children || 'Drop, paste or choose a picture'}</button>
    <input ref=${input} type="file" class="hidden-text" tabindex="-1" aria-label="Choose a picture" accept="image/*,.heic,.heif,.avif" multiple=${multiple}
      onChange=${e => { send(e.currentTarget.files); e.currentTarget.value = ''; }}/>
  </div>`;
}
