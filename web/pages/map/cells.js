// Which face stands for which part of the map: the unit square is cut into cells, each of those into four, and so on. A
// cell shows one of its points, and the same one as long as it is shown.

/** order mixes rows, so that a cell does not always show the first of the alphabet. */
const order = row => Math.imul(row ^ row >>> 15, 0x2c1b3c6d) >>> 0;

export class Cells {
  /**
   * @param {import('./grid.js').Grid} grid
   * @param {(row: number) => boolean} first rows that are shown before others
   */
  constructor(grid, first) {
    this.grid = grid;
    this.rank = row => first(row) ? order(row) / 4294967296 - 1 : order(row) / 4294967296;
    const n = grid.rows.length;
    this.finest = Math.max(2, Math.min(10, Math.ceil(Math.log2(Math.sqrt(n + 1))) + 1));
    this.levels = [];
    let side = 1 << this.finest, level = new Int32Array(side * side).fill(-1);
    for (let i = 0; i < n; i++) {
      const row = grid.rows[i];
      const cell = Math.min(side - 1, Math.floor(grid.y(row) * side)) * side + Math.min(side - 1, Math.floor(grid.x(row) * side));
      if (level[cell] < 0 || this.rank(row) < this.rank(level[cell])) level[cell] = row;
    }
    this.levels[this.finest] = level;
    for (let l = this.finest - 1; l >= 0; l--) {
      const half = side >> 1, above = new Int32Array(half * half);
      for (let y = 0; y < half; y++)
        for (let x = 0; x < half; x++) {
          let best = -1;
          for (const cell of [2 * y * side + 2 * x, 2 * y * side + 2 * x + 1, (2 * y + 1) * side + 2 * x, (2 * y + 1) * side + 2 * x + 1]) {
            const row = level[cell];
            if (row >= 0 && (best < 0 || this.rank(row) < this.rank(best))) best = row;
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
      const x = Math.floor(this.grid.x(row) * side), y = Math.floor(this.grid.y(row) * side), cell = y * side + x;
      if (x < x0 || x > x1 || y < y0 || y > y1) return;
      const there = best.get(cell);
      if (there === undefined || this.rank(row) < this.rank(there)) best.set(cell, row);
    });
    for (const [cell, row] of best) call(row, (cell % side + 0.5) / side, (Math.floor(cell / side) + 0.5) / side);
  }
}
