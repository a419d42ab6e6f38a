// Short notices at the foot of the page. A change is made at once and offers its undo here, rather than asking beforehand.
import { h, icon } from './dom.js';
import { word } from './words.js';

const symbols = { ok: 'check', bad: 'alert', info: 'info' };

/** toast('Deleted', { kind: 'ok'|'bad'|'info', undo: async () => … , seconds }). Returns a function that takes the toast away. */
export function toast(text, { kind = 'ok', undo = null, seconds = undo ? 10 : 6 } = {}) {
  const region = document.getElementById('toasts');
  const remove = () => { clearTimeout(timer); box.remove(); };
  const box = h('div', { class: `toast toast-${kind}` }, icon(symbols[kind]), h('span', { class: 'grow' }, text),
    undo && h('button', { class: 'btn btn-small undo', type: 'button', onclick: () => { remove(); undo(); } }, word('undo')),
    h('button', { class: 'btn btn-small btn-icon', type: 'button', 'aria-label': word('close'), onclick: remove }, icon('x')));
  // A modal dialog makes the rest of the page inert, so the notice has to live inside it.
  const host = document.querySelector('dialog:modal') ?? document.body;
  if (region.parentElement !== host) host.append(region);
  while (region.childElementCount > 2) region.firstElementChild.remove();
  region.append(box);
  let timer;
  const wait = () => { clearTimeout(timer); if (kind !== 'bad') timer = setTimeout(remove, seconds * 1000); };
  // Reading or about to press undo: the clock stands still.
  for (const stop of ['pointerenter', 'focusin']) box.addEventListener(stop, () => clearTimeout(timer));
  for (const go of ['pointerleave', 'focusout']) box.addEventListener(go, wait);
  wait();
  return remove;
}
