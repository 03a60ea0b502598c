// Faces in place of points: one instanced draw call. They come from the server in sheets of up to 256, fewer where they
// come slowly, as from large photographs. A texture has layers of 256; the one that was looked at longest ago is used
// anew. A frame moves one strip of a sheet into the texture, so that no frame takes long.
import {program} from './gl.js';
import {bytes} from '/static/shared/api.js';

const ACROSS = 32, SIDE = 32, SHEET = 256, LINES = SHEET / ACROSS, LAYERS = 20, STRIP = 2 * SIDE, NUMBERS = 5;
const QUICK = 700, SLOW = 2500; // milliseconds for a sheet, from which the next one is larger or smaller

const vertex = `
uniform vec2 scale, offset, pixel;
uniform float side;
uniform sampler2D palette;
in vec2 place;
in float slot, category, mark;
out vec3 where;
out vec2 corner;
out vec4 frame;
out float marked;
void main() {
  corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 at = place * scale + offset;
  gl_Position = vec4(at + (corner - 0.5) * vec2(1.0, -1.0) * side * pixel, 0.0, 1.0);
  float inside = mod(slot, ${SHEET}.0);
  vec2 tile = vec2(mod(inside, ${ACROSS}.0), floor(inside / ${ACROSS}.0));
  where = vec3((tile + (0.5 + corner * ${SIDE - 1}.0) / ${SIDE}.0) / vec2(${ACROSS}.0, ${LINES}.0), floor(slot / ${SHEET}.0));
  frame = texelFetch(palette, ivec2(int(category), 0), 0);
  marked = mark;
}`;

const fragment = `
uniform mediump sampler2DArray sheets;
uniform float side;
uniform vec4 ink;
in vec3 where;
in vec2 corner;
in vec4 frame;
in float marked;
out vec4 result;
void main() {
  vec2 from = min(corner, 1.0 - corner) * side;
  float edge = min(from.x, from.y);
  result = vec4(texture(sheets, where).rgb, 1.0);
  if (edge < 2.0) result = marked > 0.5 ? ink : mix(result, vec4(frame.rgb, 1.0), step(0.7, frame.a)); // others have no frame
}`;

export class Faces {
  /**
   * @param {WebGL2RenderingContext} gl
   * @param {string} index the name of the index
   * @param {() => void} changed is called when there is more to draw
   */
  constructor(gl, index, changed) {
    Object.assign(this, {gl, index, changed, gone: null, slots: new Map(), layers: [], asked: new Set(), ready: [], wanted: [], flights: 0, count: 0, clock: 0, size: 64, filling: 0});
    this.program = program(gl, vertex, fragment);
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, ACROSS * SIDE, LINES * SIDE, LAYERS);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    for (let i = 0; i < LAYERS; i++) this.layers.push({rows: [], lines: 0, used: 0});
    this.list = new Float32Array(NUMBERS * 4096);
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.list.byteLength, gl.DYNAMIC_DRAW);
    const {at} = this.program;
    for (const [name, numbers, first] of [['place', 2, 0], ['slot', 1, 2], ['category', 1, 3], ['mark', 1, 4]]) {
      gl.enableVertexAttribArray(at[name]);
      gl.vertexAttribPointer(at[name], numbers, gl.FLOAT, false, 4 * NUMBERS, 4 * first);
      gl.vertexAttribDivisor(at[name], 1);
    }
    gl.bindVertexArray(null);
    this.control = new AbortController();
  }

  /** begin starts the list of a frame that looks at a place. */
  begin(x, y) { this.count = 0; this.clock++; this.missing = []; this.x = x; this.y = y; }

  /** add puts a face on the list, or asks for it. */
  add(row, x, y, category, mark) {
    const slot = this.slots.get(row);
    if (slot === undefined) {
      if (!this.asked.has(row)) this.missing.push({row, far: (x - this.x) ** 2 + (y - this.y) ** 2});
      return false;
    }
    if (this.count * NUMBERS >= this.list.length) return false;
    this.layers[Math.floor(slot / SHEET)].used = this.clock;
    this.list.set([x, y, slot, category, mark], this.count++ * NUMBERS);
    return true;
  }

  draw({scale, offset, pixel, side, palette, ink}) {
    const {gl, program: {p, at}} = this;
    if (!this.count) return;
    gl.useProgram(p);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.list, 0, this.count * NUMBERS);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, palette);
    gl.uniform1i(at.palette, 0);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.uniform1i(at.sheets, 1);
    gl.uniform2f(at.scale, ...scale);
    gl.uniform2f(at.offset, ...offset);
    gl.uniform2f(at.pixel, ...pixel);
    gl.uniform1f(at.side, side);
    gl.uniform4f(at.ink, ...ink);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
  }

  /** take moves one strip that has come into the texture; it returns whether there was one. */
  take() {
    const sheet = this.ready[0];
    if (!sheet) return false;
    const {gl} = this;
    if (sheet.layer === undefined) this.allot(sheet);
    this.layers[sheet.layer].used = this.clock;
    const strip = sheet.strips.shift();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, sheet.line * SIDE + strip.y, sheet.layer, strip.image.width, strip.image.height, 1, gl.RGBA, gl.UNSIGNED_BYTE, strip.image);
    const first = strip.y / SIDE * ACROSS, end = first + strip.image.height / SIDE * ACROSS, slot = sheet.layer * SHEET + sheet.line * ACROSS + first;
    strip.image.close();
    sheet.rows.slice(first, end).forEach((row, i) => { this.slots.set(row, slot + i); this.asked.delete(row); });
    if (!sheet.strips.length) this.ready.shift();
    return true;
  }

  /** allot gives a sheet its lines: in the layer that is being filled, or in the one that was looked at longest ago. */
  allot(sheet) {
    const lines = Math.ceil(sheet.rows.length / ACROSS);
    if (this.layers[this.filling].lines + lines > LINES) {
      let oldest = 0;
      for (let i = 1; i < LAYERS; i++) if (this.layers[i].used < this.layers[oldest].used) oldest = i;
      this.filling = oldest;
      const l = this.layers[oldest];
      for (const row of l.rows) this.slots.delete(row);
      Object.assign(l, {rows: [], lines: 0});
    }
    const l = this.layers[this.filling];
    sheet.layer = this.filling;
    sheet.line = l.lines;
    l.lines += lines;
    l.rows.push(...sheet.rows);
  }

  /**
   * ask requests what the last frame missed, from the middle outwards. Two sheets are on their way at most, one where they
   * come slowly; what is no longer in view is not asked for.
   */
  ask() {
    this.missing?.sort((a, b) => a.far - b.far);
    while (!this.gone && this.missing?.length && this.flights < (this.slow ? 1 : 2)) {
      const rows = this.missing.splice(0, this.size).map(m => m.row), began = performance.now();
      rows.sort((a, b) => a - b);
      for (const row of rows) this.asked.add(row);
      this.flights++;
      bytes('/api/map/faces', {index: this.index, rows}, this.control.signal)
        .then(b => strips(new Blob([b], {type: 'image/jpeg'})))
        .then(list => {
          this.ready.push({rows, strips: list});
          this.failed = 0;
          const took = performance.now() - began;
          this.slow = took > SLOW;
          if (took < QUICK) this.size = Math.min(SHEET, 2 * this.size);
          else if (this.slow) this.size = Math.max(ACROSS, this.size / 2);
        }, error => this.fail(rows, error))
        .finally(() => { this.flights--; this.changed(); });
    }
  }

  /** fail lets faces be asked for again, some times and after a while. */
  fail(rows, error) {
    if (error.name === 'AbortError') return;
    if (error.status === 404) { // they are not where they were
      this.gone = error;
      this.changed();
      return;
    }
    this.failed = (this.failed || 0) + 1;
    if (this.failed > 5) return;
    setTimeout(() => { for (const row of rows) this.asked.delete(row); this.changed(); }, 1000 * this.failed);
  }

  end() { this.control.abort(); }
}

/** strips decodes a sheet, off the page's thread, and cuts it. */
async function strips(blob) {
  const as = {premultiplyAlpha: 'none', colorSpaceConversion: 'none'}, image = await createImageBitmap(blob, as), list = [];
  for (let y = 0; y < image.height; y += STRIP) list.push({y, image: await createImageBitmap(image, 0, y, image.width, Math.min(STRIP, image.height - y), as)});
  image.close();
  return list;
}
