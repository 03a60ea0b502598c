// Which points lie where: a grid of cells over the unit square, with the rows of the points in each.

export class Grid {
  /**
   * @param {Uint16Array} at x and y of each row, in 65535ths
   * @param {(row: number) => boolean} [hidden] rows that are not there
   */
  constructor(at, hidden) {
    const n = at.length / 2;
    this.at = at;
    this.side = Math.max(8, Math.min(1024, Math.round(Math.sqrt(n) / 2)));
    this.starts = new Int32Array(this.side * this.side + 1);
    const cells = new Int32Array(n), {side, starts} = this, last = side - 1, scale = side / 65535;
    for (let row = 0; row < n; row++) {
      if (hidden?.(row)) { cells[row] = -1; continue; }
      const x = at[2 * row] * scale | 0, y = at[2 * row + 1] * scale | 0;
      starts[(cells[row] = (y < last ? y : last) * side + (x < last ? x : last)) + 1]++;
    }
    for (let i = 0; i < side * side; i++) starts[i + 1] += starts[i];
    this.rows = new Int32Array(starts[side * side]);
    const next = starts.slice();
    for (let row = 0; row < n; row++) if (cells[row] >= 0) this.rows[next[cells[row]]++] = row;
  }

  x(row) { return this.at[2 * row] / 65535; }
  y(row) { return this.at[2 * row + 1] / 65535; }

  /** within calls a function with every row in the cells that a rectangle touches. */
  within(left, bottom, right, top, call) {
    const clamp = v => Math.max(0, Math.min(this.side - 1, Math.floor(v * this.side)));
    const x0 = clamp(left), x1 = clamp(right), y0 = clamp(bottom), y1 = clamp(top);
    for (let y = y0; y <= y1; y++) {
      const end = this.starts[y * this.side + x1 + 1];
      for (let i = this.starts[y * this.side + x0]; i < end; i++) call(this.rows[i]);
    }
  }

  /** nearest returns the row nearest to a place within a distance, or -1. */
  nearest(x, y, within) {
    let best = within * within, found = -1;
    this.within(x - within, y - within, x + within, y + within, row => {
      const dx = this.x(row) - x, dy = this.y(row) - y, d = dx * dx + dy * dy;
      if (d <= best) { best = d; found = row; }
    });
    return found;
  }

  /**
   * towards returns the row nearest to one in a direction, or -1: what lies off the direction counts as farther, and
   * nothing beyond 45 degrees of it counts.
   */
  towards(from, dx, dy) {
    const x = this.x(from), y = this.y(from);
    for (let reach = 1.5 / this.side; ; reach *= 2) {
      let best = Infinity, found = -1;
      this.within(x - reach, y - reach, x + reach, y + reach, row => {
        const ox = this.x(row) - x, oy = this.y(row) - y, along = ox * dx + oy * dy, off = Math.abs(ox * dy - oy * dx);
        if (row === from || along <= 0 || off > along) return;
        const cost = along + 2 * off;
        if (cost < best) { best = cost; found = row; }
      });
      if (found >= 0 && best <= reach || reach > 2) return found;
    }
  }

  /** inside returns the rows in a polygon of [x, y] corners, in their order. */
  inside(corners) {
    const {side} = this, clamp = v => Math.max(0, Math.min(side - 1, Math.floor(v * side)));
    // Points in cells that no edge comes near are all inside or all outside.
    const near = new Uint8Array(side * side);
    let x0 = side, x1 = 0, y0 = side, y1 = 0;
    corners.forEach(([x, y], i) => {
      const [ox, oy] = corners[(i + 1) % corners.length], steps = Math.ceil(2 * side * Math.max(Math.abs(ox - x), Math.abs(oy - y))) + 1;
      for (let s = 0; s <= steps; s++) {
        const cx = clamp(x + (ox - x) * s / steps), cy = clamp(y + (oy - y) * s / steps);
        for (let py = Math.max(0, cy - 1); py <= Math.min(side - 1, cy + 1); py++) near.fill(1, py * side + Math.max(0, cx - 1), py * side + Math.min(side - 1, cx + 1) + 1);
        x0 = Math.min(x0, cx); x1 = Math.max(x1, cx); y0 = Math.min(y0, cy); y1 = Math.max(y1, cy);
      }
    });
    const rows = [];
    for (let cy = y0; cy <= y1; cy++)
      for (let cx = x0; cx <= x1; cx++) {
        const cell = cy * side + cx, first = this.starts[cell], end = this.starts[cell + 1];
        if (first === end || !near[cell] && !encloses(corners, (cx + 0.5) / side, (cy + 0.5) / side)) continue;
        for (let i = first; i < end; i++) {
          const row = this.rows[i];
          if (!near[cell] || encloses(corners, this.x(row), this.y(row))) rows.push(row);
        }
      }
    return Array.from(Int32Array.from(rows).sort());
  }
}

/** encloses says whether a polygon holds a place: a line from it to the right crosses an odd number of edges. */
function encloses(corners, x, y) {
  let odd = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [xi, yi] = corners[i], [xj, yj] = corners[j];
    if ((yi > y) !== (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
