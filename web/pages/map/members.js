// Who is in which row. Rows that are asked for in one moment are asked of the server together.
import {get, post} from '/static/shared/api.js';

const MOST = 5000;

export class Members {
  constructor(index) { Object.assign(this, {index, known: new Map(), waiting: new Map()}); }

  /** of returns what is known of a row: {id, person, taken}. */
  of(row) {
    const there = this.known.get(row);
    if (there) return there;
    const promise = new Promise((done, fail) => {
      if (!this.waiting.size) setTimeout(() => this.ask(), 25);
      this.waiting.set(row, {done, fail});
    });
    if (this.known.size > 50000) this.known.clear();
    this.known.set(row, promise);
    return promise;
  }

  all(rows) { return Promise.all(rows.map(row => this.of(row))); }

  async ask() {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (let i = 0; i < waiting.length; i += MOST) {
      const some = waiting.slice(i, i + MOST);
      try {
        const list = await post('/api/map/members', {index: this.index, rows: some.map(([row]) => row)});
        some.forEach(([, {done}], at) => done(list[at]));
      } catch (error) {
        for (const [row, {fail}] of some) { this.known.delete(row); fail(error); }
      }
    }
  }
}

/** nameOf is what a member is called for people. */
export const nameOf = m => m.person ? m.person.replaceAll('_', ' ') : m.id;

/** patient asks for what takes long: a request ends after a minute, the work goes on, and is asked for again. */
export async function patient(path, params, signal) {
  for (let tries = 0; ; tries++) {
    try { return await get(path, params, signal); } catch (error) { if (error.status !== 504 || tries > 30) throw error; }
  }
}
