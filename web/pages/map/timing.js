// How long frames keep the page's thread. A test reads it: canvas.frames() returns what was measured since it asked last.

const MOST = 600;

export class Timing {
  constructor(canvas) {
    this.list = [];
    this.canvas = canvas;
    canvas.frames = () => {
      const list = this.list.splice(0);
      const times = list.map(f => f.ms).sort((a, b) => a - b), at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))];
      return {count: times.length, median: at(0.5), p95: at(0.95), most: at(1), last: list.at(-1)};
    };
  }

  /** measure runs the work of a frame, which returns what it drew. */
  measure(paint) {
    const began = performance.now(), drew = paint();
    this.list.push({ms: performance.now() - began, ...drew});
    if (this.list.length > MOST) this.list.shift();
  }

  end() { delete this.canvas.frames; }
}
