// The layers, in the order in which a face goes through them: shapes, what each makes of a face, what its filters look for.
import {html, useLoad, useState, useRef, useLayoutEffect, count} from '/static/shared/ui.js';
import {get, upload} from '/static/shared/api.js';
import {Failed, Loading} from '/static/shared/states.js';
import {FromIndex, PictureButton, usePicture} from '/static/play/begin.js';

export function Layers({model, url, go, indexes}) {
  const p = url.searchParams;
  const drawn = Math.max(0, Math.min(999, parseInt(p.get('drawn'), 10) || 0));
  const ask = {model: model.model, upload: p.get('upload'), index: p.get('index'), id: p.get('id'), drawn};
  const filters = useLoad(signal => get('/api/model/filters', {model: model.model}, signal), [model.model]);
  const made = useLoad(signal => get('/api/model/activations', ask, signal), [JSON.stringify(ask)]);
  const set = face => go({upload: face.upload ?? null, index: face.index ?? null, id: face.id ?? null, drawn: face.drawn || null}, {replace: true});
  const picture = usePicture(set);
  const [choosing, setChoosing] = useState(false);
  const error = filters.error || made.error || picture.error;
  const of = (list, network, layer) => (list.data || []).find(t => t.network === network && t.layer === layer);
  const networks = [['encoder', model.decoder ? 'From the picture to the numbers' : 'From picture to picture', model.encoder], ...(model.decoder ? [['decoder', 'From the numbers to the picture', model.decoder]] : [])];
  return html`<section class="stack layers" aria-label="Its layers">
    <div class="row"><h2 class="grow">A face on its way through</h2>
      <button onClick=${() => set({drawn: drawn + 1})}>Another drawn face</button>
      <${PictureButton} ...${picture}/>
      <${FromIndex} indexes=${indexes} open=${choosing} toggle=${() => setChoosing(!choosing)} set=${f => { setChoosing(false); set(f); }}/>
    </div>
    <p class="muted">Each row is a layer: its shape, then what it makes of the face, one tile for each of its channels, from its lowest value in black to its highest in white. Filters are open to look at: grey is 0.</p>
    ${error ? html`<${Failed} error=${error} again=${() => { filters.again(); made.again(); }}/>` : null}
    ${!made.data && !made.error ? html`<${Loading} what="A face goes through"/>` : null}
    ${networks.map(([network, title, rows]) => html`<div key=${network} class="network">
      <h3>${title}</h3>
      <ol>
        ${network === 'encoder' && made.data ? html`<${Row} name="the picture" shape=${[model.prep.h, model.prep.w, 3]} tiles=${of(made, 'encoder', 'input')}/>` : null}
        ${rows.map(l => html`<${Row} key=${l.name} name=${l.name} kind=${l.kind} layer=${l} shape=${l.output_shape} tiles=${of(made, network, l.name)} filters=${of(filters, network, l.name)}/>`)}
      </ol>
    </div>`)}
  </section>`;
}

function Row({name, kind, layer, shape, tiles, filters}) {
  const facts = layer ? [layer.kernel && `${layer.kernel}×${layer.kernel}`, layer.stride && `stride ${layer.stride}`, layer.activation && layer.activation.toUpperCase(), layer.params && `${layer.params.toLocaleString('en')} weights`].filter(Boolean) : [];
  return html`<li class="layer">
    <${Block} shape=${shape}/>
    <div class="layer-name"><strong>${kind || name}</strong><span class="number">${shape.join(' × ')}</span><span class="muted small">${facts.join(', ')}</span></div>
    <div class="layer-tiles">
      ${tiles ? html`<${Tiles} tiles=${tiles} label=${`What ${kind || name} makes of the face`}/>` : html`<span class="muted small">the same values in another shape</span>`}
      ${tiles && tiles.columns < tiles.of_columns ? html`<span class="muted small">${tiles.columns} of ${tiles.of_columns} channels</span>` : null}
      ${filters ? html`<${Filters} filters=${filters} kind=${kind}/>` : null}
    </div>
  </li>`;
}

function Filters({filters: f, kind}) {
  const [open, setOpen] = useState(f.channels === 3);
  const up = kind === 'Conv2DTranspose' || (kind === 'Dense' && f.network === 'decoder');
  const what = f.channels === 3
    ? `${count(f.of_columns, up ? 'channel' : 'filter')}: what each ${up ? 'paints' : 'looks for'}`
    : `${count(f.of_rows, 'filter')}, each a row with a tile for every channel that it reads`;
  const part = f.rows < f.of_rows || f.columns < f.of_columns ? f.channels === 3 ? ` (${f.columns} shown)` : ` (${f.rows} × ${f.columns} of ${f.of_rows} × ${f.of_columns} shown)` : '';
  return html`<details open=${open} onToggle=${e => setOpen(e.currentTarget.open)}><summary class="small">${what}${part}</summary>
    ${open ? html`<${Tiles} tiles=${f} label=${what} filters/>` : null}</details>`;
}

/** Tiles paints the tiles of a layer on one canvas. */
function Tiles({tiles: t, label, filters}) {
  const canvas = useRef();
  const single = t.rows === 1;
  const n = t.rows * t.columns;
  const scale = Math.max(1, t.height === 1 ? 16 : n === 1 && t.channels === 1 ? 6 : n === 1 ? Math.round(96 / t.width) : Math.round((filters ? (single ? 24 : 12) : t.width > 64 ? t.width : 40) / t.width));
  const across = single ? Math.min(n, filters && t.width <= 8 ? 32 : 16) : t.columns;
  const down = Math.ceil(n / across);
  const w = across * (t.width * scale + 2) - 2, h = down * (t.height * scale + 2) - 2;
  useLayoutEffect(() => {
    const bytes = Uint8Array.from(atob(t.pixels), c => c.charCodeAt(0));
    const data = new ImageData(w, h);
    const size = t.width * t.height * t.channels;
    for (let tile = 0; tile < n; tile++) {
      const x0 = (tile % across) * (t.width * scale + 2), y0 = Math.floor(tile / across) * (t.height * scale + 2);
      for (let y = 0; y < t.height * scale; y++)
        for (let x = 0; x < t.width * scale; x++) {
          const from = tile * size + (Math.floor(y / scale) * t.width + Math.floor(x / scale)) * t.channels, to = 4 * ((y0 + y) * w + x0 + x);
          for (let c = 0; c < 3; c++) data.data[to + c] = bytes[from + (t.channels === 3 ? c : 0)];
          data.data[to + 3] = 255;
        }
    }
    canvas.current.width = w; canvas.current.height = h;
    canvas.current.getContext('2d').putImageData(data, 0, 0);
  }, [t]);
  return html`<canvas class="tiles" ref=${canvas} width=${w} height=${h} role="img" aria-label=${label}></canvas>`;
}

/** Block is a shape as a block: its front is the picture, its depth the channels. */
function Block({shape}) {
  const [h, w, c] = shape.length === 3 ? shape : [1, 1, shape[0]];
  const side = v => 6 + 34 * Math.sqrt(v) / Math.sqrt(64);
  const front = shape.length === 3 ? Math.min(side(h), 44) : 5, wide = shape.length === 3 ? Math.min(side(w), 44) : 5;
  const deep = Math.min(4 + 4 * Math.log2(c), 44);
  const dx = deep * 0.8, dy = deep * 0.4;
  const H = 64, x = 4, y = (H + dy) / 2 - front / 2;
  return html`<svg class="block" viewBox="0 0 88 64" aria-hidden="true">
    <polygon class="top" points=${`${x},${y} ${x + dx},${y - dy} ${x + wide + dx},${y - dy} ${x + wide},${y}`}/>
    <polygon class="flank" points=${`${x + wide},${y} ${x + wide + dx},${y - dy} ${x + wide + dx},${y + front - dy} ${x + wide},${y + front}`}/>
    <rect class="front" x=${x} y=${y} width=${wide} height=${front}/>
  </svg>`;
}
