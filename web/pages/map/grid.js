// Which points lie where: a grid of cells over the unit square, with the rows of the points in each.

export class Grid {
  /**
   * @param {Uint16Array} at x and y of each row, in 65535ths
   * @param {(row: number) => boolean} hidden rows that are not there
   */
  constructor(at, hidden) {
    const n = at.length / 2;
    this.at = at;
    this.side = Math.max(8, Math.min(1024, Math.round(Math.sqrt(n) / 2)));
    this.starts = new Int32Array(this.side * this.side + 1);
    for (let row = 0; row < n; row++) if (!hidden(row)) this.starts[this.cell(row) + 1]++;
    for (let i = 0; i < this.side * this.side; i++) this.starts[i + 1] += this.starts[i];
    this.rows = new Int32Array(this.starts[this.side * this.side]);
    const next = this.starts.slice();
    for (let row = 0; row < n; row++) if (!hidden(row)) this.rows[next[this.cell(row)]++] = row;
  }

  x(row) { return this.at[2 * row] / 65535; }
  y(row) { return this.at[2 * row + 1] / 65535; }

  cell(row) {
    const last = this.side - 1;
    return Math.min(last, Math.floor(this.y(row) * this.side)) * this.side + Math.min(last, Math.floor(this.x(row) * this.side));
  }

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

  /** inside returns the rows in a polygon of [x, y] corners. */
  inside(corners) {
    let left = Infinity, right = -Infinity, bottom = Infinity, top = -Infinity;
    for (const [x, y] of corners) {
      left = Math.min(left, x); right = Math.max(right, x);
      bottom = Math.min(bottom, y); top = Math.max(top, y);
    }
    const rows = [];
    this.within(left, bottom, right, top, row => {
      const x = this.x(row), y = this.y(row);
      let odd = false;
      for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
        const [xi, yi] = corners[i], [xj, yj] = corners[j];
        if ((yi > y) !== (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) odd = !odd;
      }
      if (odd) rows.push(row);
    });
    return rows.sort((a, b) => a - b);
  }
}
