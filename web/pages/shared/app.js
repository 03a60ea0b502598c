// The frame around all pages: the bar, the tabs, and which page is shown. What a page shows is in the address bar alone.
import {html, render, useState, useEffect, useRef, setting} from './ui.js';
import {workspace} from './api.js';
import {Failed, Loading} from './states.js';
import {enlarged, enlarge} from './looks.js';

const pages = [
  {path: '/', folder: 'home', title: 'Home', hidden: true},
  {path: '/watch', folder: 'watch', title: 'Watch'},
  {path: '/search', folder: 'search', title: 'Search'},
  {path: '/play', folder: 'play', title: 'Play'},
  {path: '/map', folder: 'map', title: 'Map', bleed: true},
  {path: '/people', folder: 'people', title: 'People'},
  {path: '/copies', folder: 'copies', title: 'Copies'},
  {path: '/model', folder: 'model', title: 'Model'},
  {path: '/reports', folder: 'reports', title: 'Reports'},
];

/** load fetches a page's module and style, once. */
const loaded = new Map(), styles = new Map();
function load(folder) {
  if (!loaded.has(folder)) {
    const style = new Promise(done => {
      const link = document.createElement('link');
      Object.assign(link, {rel: 'stylesheet', href: `/static/${folder}/page.css`, onload: done, onerror: done});
      styles.set(folder, link);
      document.head.append(link);
    });
    const both = Promise.all([import(`/static/${folder}/page.js`), style]).then(([module]) => module.default);
    both.catch(() => loaded.delete(folder));
    loaded.set(folder, both);
  }
  return loaded.get(folder);
}

/** dress lets only the style of the page that is shown count, so that pages need not know each other's words. */
function dress(folder) {
  for (const [other, link] of styles) link.disabled = other !== folder;
}

/** turn makes an address of a path, or of this page's, with parameters changed: null takes one away, a list repeats it. */
function turn(url, path, params) {
  const next = new URL(path ?? url.pathname, url);
  if (path === undefined || path === null) next.search = url.search;
  for (const [key, value] of Object.entries(params || {})) {
    next.searchParams.delete(key);
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined && one !== '') next.searchParams.append(key, one);
  }
  return next;
}

function App() {
  const [url, setUrl] = useState(new URL(location.href));
  const [page, setPage] = useState({});
  const main = useRef();
  const entry = pages.find(p => p.path === url.pathname);

  useEffect(() => {
    const moved = () => setUrl(new URL(location.href));
    const clicked = e => {
      const a = e.target.closest?.('a[href]');
      if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || a.target || a.hasAttribute('download')) return;
      const to = new URL(a.href);
      if (to.origin !== location.origin || to.hash || !pages.some(p => p.path === to.pathname)) return;
      e.preventDefault();
      history.pushState(null, '', to);
      moved();
    };
    addEventListener('popstate', moved);
    addEventListener('click', clicked);
    return () => { removeEventListener('popstate', moved); removeEventListener('click', clicked); };
  }, []);

  useEffect(() => {
    let here = true;
    document.title = !entry || entry.hidden ? 'likeness' : `${entry.title} · likeness`;
    if (!entry) return;
    load(entry.folder).then(
      Page => { if (here) { dress(entry.folder); setPage({Page, folder: entry.folder}); } },
      error => here && setPage({error, folder: entry.folder}),
    );
    if (page.folder) { main.current?.focus({preventScroll: true}); scrollTo(0, 0); }
    return () => { here = false; };
  }, [entry?.folder]);

  /** go changes the parameters of this page, or goes to another path with them; replace leaves no step to go back to. */
  const go = (params, {replace = false, path} = {}) => {
    const next = turn(new URL(location.href), path, params);
    if (next.href === location.href) return;
    history[replace ? 'replaceState' : 'pushState'](null, '', next);
    setUrl(next);
  };
  let shown = html`<${Loading}/>`;
  if (!entry) shown = html`<${Failed} error=${{title: 'There is no such page', detail: url.pathname}}/>`;
  else if (page.folder === entry.folder && page.error) shown = html`<${Failed} error=${{title: 'The page could not be loaded', detail: String(page.error.message)}} again=${() => location.reload()}/>`;
  else if (page.folder === entry.folder) shown = html`<${page.Page} key=${page.folder} url=${url} go=${go}/>`;
  return html`
    <a class="skip" href="#page">Skip to the page</a>
    <header class="bar">
      <a class="brand" href="/">likeness <${Folder}/></a>
      <nav class="tabs" aria-label="Pages">
        ${pages.filter(p => !p.hidden).map(p => html`<a href=${p.path} key=${p.path} aria-current=${p === entry ? 'page' : undefined}>${p.title}</a>`)}
      </nav>
      <${Looks}/>
    </header>
    <main id="page" ref=${main} tabindex="-1" class=${entry?.bleed ? 'bleed' : ''}>${shown}</main>`;
}

function Folder() {
  const [name, set] = useState('');
  useEffect(() => { workspace().then(w => set(w.name), () => {}); }, []);
  return html`<span class="folder" title="the folder that is open">${name}</span>`;
}

/** Looks switches between light and dark, and between crisp pixels and smooth ones. */
function Looks() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const [theme, setTheme] = useState(setting('theme'));
  const pixels = enlarged.value;
  const [system, setSystem] = useState(dark.matches);
  const shown = theme || (system ? 'dark' : 'light');
  useEffect(() => {
    const follow = () => setSystem(dark.matches);
    dark.addEventListener('change', follow);
    follow(); // it may have changed before anybody listened
    return () => dark.removeEventListener('change', follow);
  }, []);
  useEffect(() => { document.documentElement.dataset.theme = shown; }, [shown]);
  useEffect(() => { document.documentElement.dataset.pixels = pixels; }, [pixels]);
  const other = () => { const next = shown === 'dark' ? 'light' : 'dark'; setting('theme', next); setTheme(next); };
  return html`
    <button class="quiet" title="How small faces are enlarged" onClick=${() => enlarge(pixels === 'crisp' ? 'smooth' : 'crisp')}>
      <span class="hidden-text">Faces are enlarged with </span>${pixels === 'crisp' ? 'Pixels' : 'Smooth'}</button>
    <button class="quiet" title="Light or dark" onClick=${other}>
      <span class="hidden-text">The colours are </span>${shown === 'dark' ? 'Dark' : 'Light'}</button>`;
}

document.documentElement.dataset.theme = setting('theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
document.documentElement.dataset.pixels = enlarged.value;
render(html`<${App}/>`, document.getElementById('app'));
