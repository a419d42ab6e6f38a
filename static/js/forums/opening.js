// Opening a thread: what is like it shows while the title is typed, and each kind may put its template into an empty text.
import { fragment } from '../lib/fetch.js';
import writing from './composer.js';

export default function opening(form) {
  writing(form);
  similar(form);
  template(form);
}

function similar(form) {
  const list = form.querySelector('[data-similar-list]');
  let timer;
  let running;
  form.elements.title.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      running?.abort();
      running = new AbortController();
      try {
        list.replaceChildren(await fragment(`${form.dataset.similar}?q=${encodeURIComponent(form.elements.title.value)}`, { signal: running.signal, quiet: true }));
      } catch { /* It is only a hint: the next key asks again. */ }
    }, 350);
  });
}

function template(form) {
  const row = form.querySelector('[data-template-row]');
  const area = form.elements.body;
  const current = () => form.querySelector(`template[data-kind="${CSS.escape(form.elements.kind.value)}"]`);
  const show = () => { row.hidden = !current() || area.value.trim() !== ''; };
  row.querySelector('[data-template]').addEventListener('click', () => {
    area.value = current().innerHTML.trim() ? `${current().content.textContent.trim()}\n` : '';
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.focus();
    show();
  });
  form.elements.kind.addEventListener('change', show);
  area.addEventListener('input', show);
  show();
}
