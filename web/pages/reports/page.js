// The reports in the folder, as they are.
import {html} from '/static/shared/ui.js';
import {useFiles, Chooser} from '/static/shared/files.js';
import {address} from '/static/shared/api.js';
import {Empty, Failed, Loading} from '/static/shared/states.js';

export default function Reports({url, go}) {
  const {data, error, again, files} = useFiles('report');
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!data) return html`<${Loading} what="Looking at the folder"/>`;
  const name = url.searchParams.get('report') || files[0]?.name;
  const address_ = address('/api/report', {report: name});
  return html`
    <div class="page-head"><h1>Reports</h1>
      ${files.length ? html`<${Chooser} label="Report" hide files=${files} value=${name} onChange=${report => go({report})}/>
      <a class="button" href=${address_} target="_blank" rel="noopener">Open by itself</a>` : null}
    </div>
    ${files.length ? html`<iframe class="report" title=${'The report ' + name} src=${address_} sandbox=""></iframe>` : html`
      <${Empty} title="No report is in this folder">
        <p>A report is the whole exercise on one page: training, search, morphs and edits, with figures. This command writes one into the folder:</p>
        <pre class="command">likeness reproduce</pre>
      <//>`}`;
}
