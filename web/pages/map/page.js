// The Map page: all faces of an index on a plane.
import {html} from '/static/shared/ui.js';
import {useLoad} from '/static/shared/ui.js';
import {get} from '/static/shared/api.js';
import {useFiles} from '/static/shared/files.js';
import {Empty, Failed, Gone, Loading} from '/static/shared/states.js';
import {Explorer} from './explorer.js';

export default function Page({url, go}) {
  const {data, error, again, files} = useFiles('index');
  if (error && !data) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking at the folder"/>`;
  const usable = files.filter(f => !f.problem), asked = url.searchParams.get('index');
  if (!usable.length && !asked) {
    return html`<${Empty} title="There is no index to map yet">
      <p>An index holds a code for each face in a folder of pictures. Make one on the Search page, then come back.</p>
      <a class="button primary" href="/search">Index some pictures</a></${Empty}>`;
  }
  if (asked && !files.some(f => f.name === asked)) return html`<div class="map-problem"><${Gone} what=${asked} list=${usable} path="/map" title="Map"/></div>`;
  const index = asked || usable[0].name;
  return html`<${Opened} key=${index} index=${index} files=${usable} url=${url} go=${go}/>`;
}

function Opened({index, files, url, go}) {
  // Another program may change the index.
  const changed = files.find(f => f.name === index)?.changed;
  const {data, error, again} = useLoad(signal => get('/api/map', {index}, signal), [index, changed]);
  if (error && !data) return html`<div class="map-problem"><${Failed} error=${error} again=${again}/>
    ${files.length ? html`<p>Indexes here: ${files.map(f => html`<a key=${f.name} href=${'/map?index=' + encodeURIComponent(f.name)}>${f.name}</a> `)}</p>` : null}</div>`;
  if (!data) return html`<${Loading} what="Opening the index"/>`;
  return html`<${Explorer} key=${data.members} info=${data} files=${files} url=${url} go=${go}/>`;
}
