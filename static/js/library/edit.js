// The editor shows the text under the cursor as a given member would get it.
import { fragment } from '../lib/fetch.js';

export default function edit(section) {
  const form = section.closest('form');
  const panel = section.querySelector('[data-live-preview]');
  const out = panel.querySelector('[data-live-out]');
  const member = panel.querySelector('[data-live-member]');
  let slot = '';
  let timer;
  let running;
  const slotOf = (name) => /^(?:body|subject)_([a-z]+_[a-z]{2})$/.exec(name ?? '')?.[1];

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(show, 300);
  };
  for (const kind of ['focusin', 'input']) {
    section.addEventListener(kind, (event) => {
      const found = slotOf(event.target.name);
      if (!found) return;
      slot = found;
      const pair = event.target.closest('details');
      if (panel.previousElementSibling !== pair) pair.after(panel);
      later();
    });
  }
  member.addEventListener('change', later);

  async function show() {
    if (!slot) return;
    running?.abort();
    running = new AbortController();
    const all = new FormData(form);
    const data = new URLSearchParams({ slot, member: member.value });
    for (const name of [`body_${slot}`, `subject_${slot}`, 'program', 'country', 'price', 'currency', 'valid_until']) data.set(name, all.get(name) ?? '');
    try {
      out.replaceChildren(await fragment('/manage/library/preview', { form: data, quiet: true, signal: running.signal }));
      panel.hidden = false;
    } catch (error) {
      if (error.name !== 'AbortError') console.debug('no preview', error);
    }
  }
}
