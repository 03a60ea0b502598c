import {html} from '/static/shared/ui.js';
import {Empty} from '/static/shared/states.js';

export default function Page() {
  return html`<${Empty} title="This page is not here yet"/>`;
}
