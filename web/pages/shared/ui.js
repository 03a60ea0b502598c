// What every page is built with: Preact's functions, and a few small hooks of our own.
import {useState, useEffect, useRef} from '/static/vendor/preact.js';
export * from '/static/vendor/preact.js';

/**
 * useLoad runs an asynchronous function when the page is shown and whenever deps change, and drops the answers of earlier
 * runs. While the next answer is on its way, the last one stays.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {any[]} deps
 * @returns {{data?: T, error?: import('./api.js').Problem, busy: boolean, again: () => void}}
 */
export function useLoad(load, deps) {
  const [state, set] = useState({busy: true});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    set(s => ({...s, busy: true}));
    load(control.signal).then(
      data => control.signal.aborted || set({data, busy: false}),
      error => control.signal.aborted || set({error, busy: false}),
    );
    return () => control.abort();
  }, [...deps, turn]);
  return {...state, again: () => setTurn(n => n + 1)};
}

/** useEvery calls a function now and then while the page is visible. */
export function useEvery(ms, call) {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** setting is something that this browser remembers, such as the theme. It is never needed: storage may be denied. */
export function setting(name, value) {
  try {
    if (value !== undefined) localStorage.setItem('likeness.' + name, value);
    return localStorage.getItem('likeness.' + name);
  } catch { return null; }
}

/** sizeInWords says a number of bytes. */
export function sizeInWords(n) {
  if (n < 1000) return `${n} bytes`;
  for (const unit of ['kB', 'MB', 'GB']) {
    n /= 1000;
    if (n < 1000) return `${n < 10 ? n.toFixed(1) : Math.round(n)} ${unit}`;
  }
  return `${Math.round(n / 1000)} TB`;
}

/** count says a number of things: "1 picture", "13,233 pictures". */
export function count(n, thing, things = thing + 's') {
  return `${n.toLocaleString('en')} ${n === 1 ? thing : things}`;
}

/** when says a moment in words that fit its distance. */
export function when(text) {
  const then = new Date(text), seconds = (Date.now() - then) / 1000;
  if (Number.isNaN(seconds)) return '';
  if (seconds < 90) return 'just now';
  if (seconds < 5400) return count(Math.round(seconds / 60), 'minute') + ' ago';
  if (seconds < 129600) return count(Math.round(seconds / 3600), 'hour') + ' ago';
  return then.toLocaleDateString('en', {day: 'numeric', month: 'short', year: 'numeric'});
}
