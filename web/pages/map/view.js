// The map itself: a camera over the unit square, the marks of its points, and a frame that is drawn when something has
// changed. It knows nothing of the server but the sheets of faces.
import {Grid} from './grid.js';
import {Cells} from './cells.js';
import {Points, SELECTED, MATCH, HIDDEN} from './points.js';
import {Faces} from './faces.js';
import {token} from './gl.js';
import {Timing} from './timing.js';

const CELL = 40;      // pixels of a cell with a face at least; it grows to twice that, then it is cut
const MORPH = 700;    // milliseconds from one layout to the next
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class View {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{index: string, moved: (all: boolean) => void}} options moved is called when the camera has moved, also to show all
   */
  constructor(canvas, {index, moved}) {
    const gl = canvas.getContext('webgl2', {alpha: false, antialias: false, depth: true, powerPreference: 'high-performance'});
    if (!gl) throw new Error('This browser shows no WebGL2, which the map needs.');
    Object.assign(this, {canvas, gl, moved, listeners: new Set(), timing: new Timing(canvas), x: 0.5, y: 0.5, zoom: 1, showFaces: true, count: 0, selected: new Set(), dimmed: false, matches: null, only: null, arranged: null});
    this.points = new Points(gl);
    this.faces = new Faces(gl, index, () => this.draw());
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthFunc(gl.LEQUAL);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    this.lost = e => e.preventDefault(); // so that it comes back
    canvas.addEventListener('webglcontextlost', this.lost);
    this.resize();
  }

  end() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.faces.end();
    this.timing.end();
    this.canvas.removeEventListener('webglcontextlost', this.lost);
    clearTimeout(this.asking);
  }

  resize() {
    const box = this.canvas.getBoundingClientRect();
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    this.width = Math.max(1, box.width);
    this.height = Math.max(1, box.height);
    this.canvas.width = Math.round(this.width * this.ratio);
    this.canvas.height = Math.round(this.height * this.ratio);
    if (this.count && !this.placed) this.fit();
    this.draw();
  }

  /** positions takes a layout: x and y of each row in 65535ths. The points move there from where they were. */
  positions(at) {
    const first = !this.count || this.at?.length !== at.length;
    if (first) {
      this.count = at.length / 2;
      this.marks = new Uint8Array(this.count);
      this.categories ||= new Uint8Array(this.count);
      if (this.categories.length !== this.count) this.categories = new Uint8Array(this.count);
      this.points.set('mark', this.marks);
      this.points.set('category', this.categories);
    }
    this.points.set('before', first ? at : this.now());
    this.points.set('after', at);
    this.from = first ? at : this.now();
    this.at = at;
    this.began = first || calm.matches ? -Infinity : performance.now();
    this.arrange();
    if (first ? !this.placed : this.whole) this.fit();
    this.draw();
  }

  /** now returns where the points are on their way. */
  now() {
    const mixed = this.mixed();
    if (mixed >= 1) return this.at;
    const out = new Uint16Array(this.at.length);
    for (let i = 0; i < out.length; i++) out[i] = this.from[i] + (this.at[i] - this.from[i]) * mixed;
    return out;
  }

  mixed() {
    const t = Math.min(1, (performance.now() - this.began) / MORPH);
    return t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2;
  }

  /** arrange finds out anew what lies where; without moved the points are where they were. */
  arrange(moved = true) {
    if (moved) {
      this.grid = new Grid(this.at, this.only ? row => (this.marks[row] & HIDDEN) !== 0 : undefined);
      this.box = boxOf(this.at);
    }
    this.cells = new Cells(this.grid, this.matches || this.selected.size ? row => (this.marks[row] & (SELECTED | MATCH)) !== 0 : undefined);
  }

  /** colour takes a category for each row and the colours of all. */
  colour(categories, colours) {
    if (categories) { this.categories = categories; if (this.count === categories.length) this.points.set('category', categories); }
    this.points.colours(colours);
    this.draw();
  }

  /** mark says which points stand out and which alone are shown; null: none stands out, all are shown. */
  mark({matches = null, only = null}) {
    this.matches = matches;
    this.only = only;
    this.remark();
  }

  /** select replaces the selection. */
  select(rows) {
    this.selected = new Set(rows);
    this.remark();
  }

  remark() {
    if (!this.count) return;
    this.marks.fill(this.only ? HIDDEN : 0);
    for (const row of this.only || []) this.marks[row] = 0;
    for (const row of this.matches || []) this.marks[row] |= MATCH;
    for (const row of this.selected) this.marks[row] |= SELECTED;
    this.dimmed = !!this.matches?.length;
    this.points.set('mark', this.marks);
    this.arrange(this.only !== this.arranged);
    this.arranged = this.only;
    this.draw();
  }

  /** fit shows some rows, or all. */
  fit(rows) {
    const [left, right, bottom, top] = rows?.length ? boxOf(this.at, rows) : this.box || [0, 1, 0, 1];
    const free = this.inset || {left: 0, right: 0, top: 0, bottom: 0};
    const w = Math.max(80, this.width - free.left - free.right), h = Math.max(80, this.height - free.top - free.bottom);
    const least = rows?.length ? 12 / Math.sqrt(this.count) : 0.01;
    this.zoom = 0.92 * Math.min(w / Math.max(right - left, least), h / Math.max(top - bottom, least));
    this.x = (left + right) / 2 - (free.left - free.right) / 2 / this.zoom;
    this.y = (bottom + top) / 2 + (free.top - free.bottom) / 2 / this.zoom;
    this.placed = this.count > 0;
    this.change(!rows?.length);
  }

  /** look moves the camera to what a link says. */
  look(x, y, zoom) { this.x = x; this.y = y; this.zoom = zoom; this.placed = true; this.change(); }

  pan(dx, dy) { this.x -= dx / this.zoom; this.y += dy / this.zoom; this.change(); }

  /** zoomAt enlarges around a place of the screen. */
  zoomAt(factor, sx, sy) {
    const [x, y] = this.world(sx, sy);
    this.zoom = Math.max(60, Math.min(4e6, this.zoom * factor));
    this.x = x - (sx - this.width / 2) / this.zoom;
    this.y = y + (sy - this.height / 2) / this.zoom;
    this.change();
  }

  /** reveal moves the camera so that a row is well inside. */
  reveal(row) {
    const [sx, sy] = this.screen(row), free = this.inset || {left: 0, right: 0, top: 0, bottom: 0}, edge = 60;
    const dx = Math.max(free.left + edge - sx, 0) + Math.min(this.width - free.right - edge - sx, 0);
    const dy = Math.max(free.top + edge - sy, 0) + Math.min(this.height - free.bottom - edge - sy, 0);
    if (dx || dy) this.pan(dx, dy);
  }

  /** change follows a move of the camera; all says that it shows everything. */
  change(all = false) {
    this.whole = all;
    this.x = Math.max(-0.2, Math.min(1.2, this.x));
    this.y = Math.max(-0.2, Math.min(1.2, this.y));
    this.moved(all);
    this.draw();
  }

  world(sx, sy) { return [this.x + (sx - this.width / 2) / this.zoom, this.y - (sy - this.height / 2) / this.zoom]; }

  place(x, y) { return [(x - this.x) * this.zoom + this.width / 2, (this.y - y) * this.zoom + this.height / 2]; }

  screen(row) { return this.place(this.grid.x(row), this.grid.y(row)); }

  /** pick returns the row at a place of the screen, or -1: that of a face there, or the nearest point. */
  pick(sx, sy, within = 14) {
    if (!this.grid) return -1;
    for (const f of this.drawnFaces || [])
      if (Math.abs(f.sx - sx) <= f.half && Math.abs(f.sy - sy) <= f.half) return f.row;
    return this.grid.nearest(...this.world(sx, sy), within / this.zoom);
  }

  /** draw asks for a frame. */
  draw() { this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.timing.measure(() => this.paint()); for (const call of this.listeners) call(); }); }

  theme() {
    this.page = token('--page');
    this.ink = [...token('--ink')].map(v => v / 255);
    this.draw();
  }

  paint() {
    const {gl} = this;
    if (!this.page) this.theme();
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(this.page[0] / 255, this.page[1] / 255, this.page[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (!this.count) return {};
    const scale = [2 * this.zoom / this.width, 2 * this.zoom / this.height];
    const offset = [-this.x * scale[0], -this.y * scale[1]];
    const apart = this.zoom / Math.sqrt(this.count);
    const size = Math.max(1.2, Math.min(9, 0.62 * apart)) * this.ratio, mixed = this.mixed();
    gl.enable(gl.DEPTH_TEST);
    this.points.draw({scale, offset, size, mixed, dimmed: this.dimmed, ink: this.ink});
    gl.disable(gl.DEPTH_TEST);
    this.drawnFaces = [];
    let sheet = false;
    if (this.showFaces && mixed >= 1) {
      sheet = this.faces.take();
      this.paintFaces(scale, offset);
      this.settle();
    }
    if (mixed < 1 || this.faces.ready.length) this.draw();
    return {points: this.count, faces: this.faces.count, sheet};
  }

  paintFaces(scale, offset) {
    const level = Math.max(0, Math.floor(Math.log2(this.zoom / CELL))), cell = this.zoom / 2 ** level;
    const side = 0.7 * cell, room = (cell - side) / 2 / this.zoom;
    const [left, top] = this.world(-cell, -cell), [right, bottom] = this.world(this.width + cell, this.height + cell);
    const free = this.inset || {left: 0, right: 0, top: 0, bottom: 0};
    this.faces.begin(...this.world((free.left + this.width - free.right) / 2, (free.top + this.height - free.bottom) / 2));
    this.cells.visible(level, left, bottom, right, top, (row, mx, my) => {
      const x = Math.max(mx - room, Math.min(mx + room, this.grid.x(row))), y = Math.max(my - room, Math.min(my + room, this.grid.y(row)));
      const out = this.dimmed && !(this.marks[row] & (MATCH | SELECTED));
      if (out || !this.faces.add(row, x, y, this.categories[row], this.marks[row] & SELECTED ? 1 : 0)) return;
      const [sx, sy] = this.place(x, y);
      this.drawnFaces.push({row, sx, sy, half: side / 2});
    });
    this.faces.draw({scale, offset, side: side * this.ratio, pixel: [2 / this.canvas.width, 2 / this.canvas.height], palette: this.points.palette, ink: this.ink});
  }

  /** settle asks for faces once the camera stands still. */
  settle() {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.faces.ask(), 90);
  }
}

/** boxOf returns the left, right, bottom and top of some rows' points, or of all. */
function boxOf(at, rows) {
  let left = 65535, right = 0, bottom = 65535, top = 0;
  const n = rows ? rows.length : at.length / 2;
  for (let i = 0; i < n; i++) {
    const row = rows ? rows[i] : i, x = at[2 * row], y = at[2 * row + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  return [left / 65535, right / 65535, bottom / 65535, top / 65535];
}
