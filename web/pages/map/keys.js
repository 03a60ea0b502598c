// The keys of the map.

const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

/**
 * keysOf returns what handles a key and tells whether it did.
 * @param {import('./view.js').View} view
 * @param {{current: object}} now the state of the page
 */
export function keysOf(view, now, act) {
  const go = ([dx, dy]) => {
    const {focus, hover} = now.current, from = focus >= 0 ? focus : hover.peek() ? hover.peek().row : view.pick(view.width / 2, view.height / 2, 4000);
    if (from < 0 || !view.grid) return;
    const to = focus < 0 ? from : view.grid.towards(from, dx, dy);
    if (to < 0) return;
    act.setSpot(null);
    act.setFocus(to);
    view.reveal(to);
  };
  const escape = () => {
    const {mode, focus, selection} = now.current;
    if (mode !== 'move') act.setMode('move');
    else if (focus >= 0) act.close();
    else if (selection.length) act.clear();
    act.setSpot(null);
  };
  return e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return false;
    const arrow = arrows[e.key];
    if (arrow && e.shiftKey) { view.pan(-80 * arrow[0], 80 * arrow[1]); return true; }
    if (arrow) { go(arrow); return true; }
    const zoom = factor => view.zoomAt(factor, ...(now.current.focus >= 0 ? view.screen(now.current.focus) : [view.width / 2, view.height / 2]));
    const keys = {
      Enter: () => act.open(now.current.focus), s: () => act.toggle(now.current.focus), '+': () => zoom(1.4), '=': () => zoom(1.4), '-': () => zoom(1 / 1.4),
      0: () => view.fit(), l: () => act.setMode(now.current.mode === 'lasso' ? 'move' : 'lasso'), b: () => act.setMode(now.current.mode === 'box' ? 'move' : 'box'),
      f: () => act.setShowFaces(shown => !shown), '/': () => act.search.current?.focus(), '?': () => act.setHelp(true), Escape: escape,
    };
    const does = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!does) return false;
    does();
    return true;
  };
}
