// What a page shows while it waits, when something went wrong, and when there is nothing yet.
import {html} from './ui.js';

/** Loading: with done and total, how far it is. */
export function Loading({what = 'Loading', done, total}) {
  return html`<div class="state" role="status">
    <p>${what}${total ? ` · ${done} of ${total}` : ' …'}</p>
    ${total ? html`<${Progress} done=${done} total=${total} label=${what}/>` : null}
  </div>`;
}

/** Progress is a bar. */
export function Progress({done = 0, total = 1, label}) {
  const share = Math.round(100 * Math.min(1, done / (total || 1)));
  return html`<div class="progress" role="progressbar" aria-label=${label} aria-valuenow=${share} aria-valuemin="0" aria-valuemax="100"><div style=${{width: share + '%'}}></div></div>`;
}

/** said are titles of problems in words for whoever has never heard of HTTP. */
const said = {404: 'This is not here', 409: 'This cannot be done now', 422: 'This cannot be done', 500: 'This did not work', 502: 'The engine does not answer', 503: 'Too much to do at once', 504: 'This took too long'};

/** Failed says what is wrong; again, if given, is what a person can try. */
export function Failed({error, again}) {
  return html`<div class="failed" role="alert">
    <h3>${said[error.status] || error.title || 'This did not work'}</h3>
    <p>${error.detail || error.message}</p>
    ${again ? html`<button onClick=${again}>Try again</button>` : null}
  </div>`;
}

/** Gone says that what an address names is not there any more, and offers what is. */
export function Gone({what, list, path, title}) {
  return html`<div class="page-head"><h1>${title}</h1></div>
    <${Empty} title=${`${what} is not here any more`}>
      <p>It was moved, renamed or removed. ${list.length ? 'There is:' : 'Nothing of its kind is left.'}</p>
      <div class="row">${list.slice(0, 12).map(f => html`<a class="button" key=${f.name} href=${`${path}?index=${encodeURIComponent(f.name)}`}>${f.name}</a>`)}</div>
    <//>`;
}

/** Empty says that there is nothing yet, and its children what to do. */
export function Empty({title, children}) {
  return html`<div class="state"><h2>${title}</h2>${children}</div>`;
}

/** Command is a line for a terminal, with a button that copies it. */
export function Command({line}) {
  const copy = e => {
    const button = e.currentTarget;
    navigator.clipboard?.writeText(line).then(() => { button.textContent = 'Copied'; setTimeout(() => { button.textContent = 'Copy'; }, 1500); });
  };
  return html`<div class="row command-line"><pre class="command" tabindex="0" aria-label="The command that does the same">${line}</pre>
    <button class="quiet" onClick=${copy}>Copy</button></div>`;
}
