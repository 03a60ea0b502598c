// Which face stands for which part of the map: the unit square is cut into cells, each of those into four, and so on. A
// cell shows one of its points, and the same one as long as it is shown.

export class Cells {
  /**
   * @param {import('./grid.js').Grid} grid
   * @param {(row: number) => boolean} [first] rows that are shown before others
   */
  constructor(grid, first) {
    this.grid = grid;
    // The least rank is shown. Rows are mixed, so that a cell does not always show the first of the alphabet.
    const n = grid.at.length / 2, rank = this.rank = new Uint32Array(n);
    for (let row = 0; row < n; row++) {
      const mixed = Math.imul(row ^ row >>> 15, 0x2c1b3c6d) >>> 1;
      rank[row] = first?.(row) ? mixed : mixed + 0x80000000;
    }
    this.finest = Math.max(2, Math.min(10, Math.ceil(Math.log2(Math.sqrt(grid.rows.length + 1))) + 1));
    this.levels = [];
    let side = 1 << this.finest, level = new Int32Array(side * side).fill(-1);
    const {at, rows} = grid, last = side - 1, scale = side / 65535;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i], x = at[2 * row] * scale | 0, y = at[2 * row + 1] * scale | 0;
      const cell = (y < last ? y : last) * side + (x < last ? x : last), there = level[cell];
      if (there < 0 || rank[row] < rank[there]) level[cell] = row;
    }
    this.levels[this.finest] = level;
    for (let l = this.finest - 1; l >= 0; l--) {
      const half = side >> 1, above = new Int32Array(half * half);
      for (let y = 0; y < half; y++)
        for (let x = 0; x < half; x++) {
          const corner = 2 * y * side + 2 * x;
          let best = -1;
          for (let i = 0; i < 4; i++) {
            const row = level[corner + (i & 1) + (i >> 1) * side];
            if (row >= 0 && (best < 0 || rank[row] < rank[best])) best = row;
          }
          above[y * half + x] = best;
        }
      this.levels[l] = level = above;
      side = half;
    }
  }

  /** visible calls a function with the row of each cell of a level that a rectangle touches, and with the cell's middle. */
  visible(level, left, bottom, right, top, call) {
    const side = 2 ** level, clamp = v => Math.max(0, Math.min(side - 1, Math.floor(v * side)));
    const x0 = clamp(left), x1 = clamp(right), y0 = clamp(bottom), y1 = clamp(top);
    if (level <= this.finest) {
      const rows = this.levels[level];
      for (let y = y0; y <= y1; y++)
        for (let x = x0; x <= x1; x++) {
          const row = rows[y * side + x];
          if (row >= 0) call(row, (x + 0.5) / side, (y + 0.5) / side);
        }
      return;
    }
    // Cells smaller than are kept: few points are in view then.
    const best = new Map();
    this.grid.within(left, bottom, right, top, row => {
      const x = clamp(this.grid.x(row)), y = clamp(this.grid.y(row)), cell = y * side + x;
      if (x < x0 || x > x1 || y < y0 || y > y1) return;
      const there = best.get(cell);
      if (there === undefined || this.rank[row] < this.rank[there]) best.set(cell, row);
    });
    for (const [cell, row] of best) call(row, (cell % side + 0.5) / side, (Math.floor(cell / side) + 0.5) / side);
  }
}
