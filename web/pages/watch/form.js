// A form to start a training, with the command line that would do the same.
import {html, useState, useEffect, useRef, useLoad} from '/static/shared/ui.js';
import {get, post} from '/static/shared/api.js';
import {useFiles, about} from '/static/shared/files.js';
import {Command, Failed, Loading} from '/static/shared/states.js';

const usual = {people: 1000, each: 4}; // what "drawn" stands for
const drawn = /^drawn(?::(\d+)x(\d+))?$/;

/** Form: quick begins with drawn faces, like with the options of another training. */
export function Form({go, quick, like}) {
  const {data: form, error, again} = useLoad(() => get('/api/runs/form'), []);
  if (error) return html`<${Failed} error=${error} again=${again}/>`;
  if (!form) return html`<${Loading} what="Preparing the form"/>`;
  return html`<${Fields} form=${form} go=${go} first=${like ? another(form, like) : quick ? form.quick : form.kinds[0]}/>`;
}

/** another is a training with the options of one that was, under a name that is free. */
function another({kinds}, options) {
  const same = kinds.find(k => k.options.architecture === options.architecture && !k.options.corruption === !options.corruption && !k.options.code === !options.code) || kinds[0];
  return {kind: same.kind, options: {...options, out: same.options.out, resume: false, restart: false}};
}

function Fields({form, go, first}) {
  const {files} = useFiles('pictures', 'archive');
  const [kind, setKind] = useState(first.kind);
  const [options, set] = useState(first.options);
  const [named, setNamed] = useState(false); // the person chose the name
  const [command, setCommand] = useState({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState();
  const head = useRef();
  useEffect(() => head.current.focus(), []); // what opened it may be far below
  const about_ = form.kinds.find(k => k.kind === kind);

  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(() => post('/api/runs/command', options, control.signal).then(
      ({command}) => setCommand({command}),
      error => error.name === 'AbortError' || setCommand({error}),
    ), 200);
    return () => { clearTimeout(timer); control.abort(); };
  }, [options]);

  /** change changes options; a function makes the changes of the options as they are. */
  const change = more => { setProblem(undefined); set(o => ({...o, ...(typeof more === 'function' ? more(o) : more)})); };
  const draw = (people, each) => change(o => {
    const now = drawn.exec(o.data.source) || [];
    return {data: {source: `drawn:${people ?? now[1] ?? usual.people}x${each ?? now[2] ?? usual.each}`}};
  });
  const toKind = name => {
    const k = form.kinds.find(k => k.kind === name);
    setKind(name);
    setProblem(undefined);
    set(o => ({...k.options, data: o.data, split: o.split, prep: o.prep, ...(named ? {out: o.out} : {})}));
  };
  const start = async e => {
    e.preventDefault();
    setBusy(true);
    try {
      const {run} = await post('/api/runs', options);
      go({run, new: null});
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const source = options.data.source, isDrawn = drawn.exec(source);
  const number = (label, key, more = {}) => html`<${Number_} label=${label} value=${options[key] ?? 0} onChange=${v => change({[key]: v})} ...${more}/>`;
  const choice = (label, key, values) => html`<label class="field"><span>${label}</span>
    <select value=${options[key]} onChange=${e => change({[key]: e.currentTarget.value})}>${values.map(v => html`<option value=${v} key=${v}>${v}</option>`)}</select></label>`;
  const check = (label, key) => html`<label class="check"><input type="checkbox" checked=${!!options[key]} onChange=${e => change({[key]: e.currentTarget.checked})}/>${label}</label>`;
  const sigma = /^gaussian\(sigma=([\d.e-]+)\)$/.exec(options.corruption || '');

  return html`<form class="card stack new-run" onSubmit=${start} aria-labelledby="new-run">
    <h2 id="new-run" ref=${head} tabindex="-1">New training</h2>
    <div class="fields">
      <label class="field wide"><span>Model</span>
        <select value=${kind} onChange=${e => toKind(e.currentTarget.value)}>${form.kinds.map(k => html`<option value=${k.kind} key=${k.kind}>${k.title}</option>`)}</select></label>
      <label class="field wide"><span>Pictures</span>
        <select value=${isDrawn ? 'drawn' : source} onChange=${e => change({data: {source: e.currentTarget.value === 'drawn' ? form.quick.options.data.source : e.currentTarget.value}})}>
          <option value="drawn">Drawn faces, made on this machine</option>
          ${files.map(f => html`<option value=${f.name} key=${f.name}>${f.name === '.' ? 'this folder' : f.name}${about(f) ? ` (${about(f)})` : ''}</option>`)}
          <option value="lfw">Labeled Faces in the Wild, once it was fetched</option>
        </select></label>
      ${isDrawn ? html`
        <${Number_} label="People" value=${+(isDrawn[1] ?? usual.people)} min=${2} step=${1} onChange=${v => draw(v)}/>
        <${Number_} label="Pictures of each" value=${+(isDrawn[2] ?? usual.each)} min=${1} step=${1} onChange=${v => draw(undefined, v)}/>` : null}
      ${number('Epochs', 'epochs', {min: 1, step: 1, disabled: options.time_budget > 0})}
      ${about_?.options.code ? number('Numbers in a code', 'code', {min: 1, step: 1}) : null}
      ${sigma ? html`<${Number_} label="Noise (its standard deviation)" value=${+sigma[1]} min=${0.001} step="any" onChange=${v => change({corruption: `gaussian(sigma=${v})`})}/>` : null}
      <label class="field"><span>Pixels a side</span>
        <select value=${options.prep.w} onChange=${e => { const side = +e.currentTarget.value; change(o => ({prep: {...o.prep, w: side, h: side}})); }}>${[16, 32, 48, 64, 96, 128].map(n => html`<option value=${n} key=${n}>${n}</option>`)}</select></label>
      <label class="field wide"><span>Name of the model's file</span>
        <input type="text" value=${options.out} onInput=${e => { setNamed(true); change({out: e.currentTarget.value}); }} spellcheck="false" autocomplete="off"/></label>
    </div>
    ${about_ ? html`<p class="muted">${about_.about}</p>` : null}
    <details><summary>More settings</summary>
      <div class="fields">
        ${number('Pictures in a step', 'batch', {min: 1, step: 1})}
        ${choice('Optimizer', 'optimizer', ['adamax', 'muon'])}
        ${number('Learning rate', 'learning_rate', {min: 0, step: 'any'})}
        ${choice('Schedule of the rate', 'schedule', ['constant', 'cosine'])}
        ${number('Warm-up, in steps', 'warmup', {min: 0, step: 'any'})}
        ${number('Moving and turning', 'jitter', {min: 0, step: 'any'})}
        ${number('Weight decay', 'decay', {min: 0, step: 'any'})}
        ${number('Average of the weights', 'average', {min: 0, max: 0.9999, step: 'any'})}
        ${options.corruption ? null : number('Corrections of a code', 'correct', {min: 0, step: 1})}
        ${number('Early stop, in epochs', 'early_stop', {min: 0, step: 1})}
        ${number('Time budget, in seconds', 'time_budget', {min: 0, step: 'any'})}
        <${Number_} label="Share of test pictures" value=${options.split.test_size} min=${0.01} max=${0.9} step="any" onChange=${v => change(o => ({split: {...o.split, test_size: v}}))}/>
        <label class="field"><span>Split</span>
          <select value=${options.split.by} onChange=${e => { const by = e.currentTarget.value; change(o => ({split: {...o.split, by}})); }}><option value="random">at random</option><option value="person">no person in both parts</option></select></label>
        ${number('Seed', 'seed', {min: 0, step: 1})}
      </div>
      <div class="row">${check('Mirror half of the pictures', 'mirror')}${check('Keep the best epoch', 'best')}${check('Replace what has this name', 'restart')}</div>
    </details>
    ${command.error ? html`<p class="wrong" role="status">${command.error.detail || command.error.message}</p>` : command.command ? html`<${Command} line=${command.command}/>` : html`<div class="command-place"></div>`}
    ${problem ? html`<${Failed} error=${problem}/>` : null}
    <div class="row">
      <button type="submit" class="primary" disabled=${busy || !!command.error}>${busy ? 'Beginning …' : 'Start training'}</button>
      <button type="button" class="quiet" onClick=${() => go({new: null})}>Cancel</button>
    </div>
  </form>`;
}

function Number_({label, value, onChange, ...more}) {
  const [text, setText] = useState(String(value));
  useEffect(() => { if (+text !== value) setText(String(value)); }, [value]);
  const typed = e => {
    setText(e.currentTarget.value);
    const v = e.currentTarget.valueAsNumber;
    if (Number.isFinite(v)) onChange(v);
  };
  return html`<label class="field"><span>${label}</span><input type="number" value=${text} onInput=${typed} required ...${more}/></label>`;
}
