// Choosing among the things in the folder.
import {html, useLoad, useEvery, count} from './ui.js';
import {workspace} from './api.js';

/**
 * useFiles returns the things of some kinds in the folder, and looks for new ones now and then.
 * @param {...string} kinds none: all
 */
export function useFiles(...kinds) {
  const state = useLoad(() => workspace(true), []);
  useEvery(5000, state.again);
  const files = (state.data?.files || []).filter(f => !kinds.length || kinds.includes(f.kind));
  return {...state, files};
}

/** about says in a few words what a thing is. */
export function about(f) {
  const parts = [];
  if (f.kind === 'index') parts.push(count(f.count || 0, 'face'));
  if (f.kind === 'pictures') parts.push(count(f.count || 0, 'picture'));
  if (f.kind === 'model' || f.kind === 'checkpoint') {
    parts.push([f.architecture, f.code ? `${f.code} numbers` : f.task === 'denoise' ? 'denoiser' : ''].filter(Boolean).join(', '));
    if (f.epochs) parts.push(count(f.epochs, 'epoch'));
  }
  if (f.built_in) parts.push('comes with likeness');
  return parts.filter(Boolean).join(' · ');
}

/** Chooser is a labelled list of things; value is the name of the chosen one. */
export function Chooser({label, files, value, onChange, hide}) {
  return html`<label class="field"><span class=${hide ? 'hidden-text' : ''}>${label}</span>
    <select value=${value} onChange=${e => onChange(e.currentTarget.value)}>
      ${files.map(f => html`<option value=${f.name} key=${f.name} disabled=${!!f.problem}>${f.name}${about(f) ? ` (${about(f)})` : ''}</option>`)}
    </select></label>`;
}
