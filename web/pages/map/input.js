// Mouse, touch and keys, turned into what a person means.

const TAP = 5; // pixels that a finger may move while it taps

/**
 * listen attaches to a canvas and returns a function that detaches.
 * @param {HTMLCanvasElement} canvas
 * @param {import('./view.js').View} view
 * @param {{mode: () => string, hover: Function, tap: (place: number[] | null, e: PointerEvent) => void, lasso: Function, outline: Function, key: (e: KeyboardEvent) => boolean}} on
 */
export function listen(canvas, view, on) {
  const fingers = new Map();
  let path = null, moved = 0, start = null, box = false, apart = 0;
  const place = e => { const r = canvas.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
  const middle = () => {
    const [a, b] = [...fingers.values()];
    return {x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2, apart: Math.hypot(a[0] - b[0], a[1] - b[1])};
  };

  const down = e => {
    if (e.button) return;
    canvas.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, place(e));
    moved = 0;
    start = place(e);
    if (fingers.size === 2) { path = null; on.outline(null); apart = middle().apart; moved = TAP + 1; return; }
    box = on.mode() === 'box' || e.altKey;
    path = box || on.mode() === 'lasso' || e.shiftKey ? [start] : null;
  };

  const move = e => {
    const at = place(e), before = fingers.get(e.pointerId);
    if (!before) { if (e.pointerType !== 'touch') on.hover(at, e); return; }
    if (fingers.size === 2) {
      const old = middle();
      fingers.set(e.pointerId, at);
      const now = middle();
      view.pan(now.x - old.x, now.y - old.y);
      if (apart > 10) view.zoomAt(now.apart / Math.max(1, old.apart), now.x, now.y);
      return;
    }
    moved = Math.max(moved, Math.hypot(at[0] - start[0], at[1] - start[1]));
    if (path) {
      if (box) path = [start, [at[0], start[1]], at, [start[0], at[1]]];
      else path.push(at);
      on.outline(path);
    } else if (moved > TAP) {
      on.hover(null, e);
      view.pan(at[0] - before[0], at[1] - before[1]);
    }
    fingers.set(e.pointerId, at);
  };

  const up = e => {
    if (!fingers.delete(e.pointerId)) return;
    if (path && moved > TAP) on.lasso(path.map(p => view.world(...p)), e);
    else if (moved <= TAP && !fingers.size && e.type === 'pointerup') on.tap(place(e), e);
    path = null;
    on.outline(null);
  };

  const wheel = e => {
    e.preventDefault();
    const pixels = e.deltaY * (e.deltaMode === 1 ? 16 : e.deltaMode === 2 ? 400 : 1);
    view.zoomAt(Math.exp(-Math.max(-300, Math.min(300, pixels)) * (e.ctrlKey ? 0.01 : 0.0018)), ...place(e));
  };
  const twice = e => { on.tap(null, e); view.zoomAt(2, ...place(e)); };
  const leave = e => on.hover(null, e);
  const key = e => { if (on.key(e)) { e.preventDefault(); e.stopPropagation(); } };

  const all = {pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: leave, dblclick: twice, keydown: key};
  for (const [name, f] of Object.entries(all)) canvas.addEventListener(name, f);
  canvas.addEventListener('wheel', wheel, {passive: false});
  return () => {
    for (const [name, f] of Object.entries(all)) canvas.removeEventListener(name, f);
    canvas.removeEventListener('wheel', wheel);
  };
}
