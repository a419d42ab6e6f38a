// The editor of a campaign: what is typed is kept and shown in the preview, and a running campaign moves its bar.
import { api } from '../lib/fetch.js';

export default function editor(form) {
  const id = form.dataset.campaign;
  if (!id) return;
  preview(form, id);
  if (form.querySelector('[data-progress]') && ['snapshotting', 'running'].includes(form.dataset.state)) follow(form, id);
}

function preview(form, id) {
  const frame = form.querySelector('[data-frame]');
  const [reader, lang, part] = ['reader', 'lang', 'part'].map((name) => form.querySelector(`[data-${name}]`));
  let revision = 0;
  const show = () => {
    const query = new URLSearchParams({ member: reader.value, part: part.value, rev: String(revision) });
    if (lang.value) query.set('lang', lang.value);
    frame.src = `/manage/campaigns/${id}/preview?${query}`;
  };
  for (const select of [reader, lang, part]) select.addEventListener('change', show);
  let timer;
  form.addEventListener('input', (event) => {
    if (!event.target.matches('[name^=subject_], [name^=body_]')) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const value = (name) => form.elements[name].value;
      const texts = {
        subject: { de: value('subject_de'), en: value('subject_en') },
        body: { de: value('body_de'), en: value('body_en') },
      };
      try {
        ({ revision } = await api('PATCH', `/api/v1/campaigns/${id}`, texts, { quiet: true }));
        show();
      } catch {
        // A merge field that is half typed is no reason to interrupt; the button says what is wrong.
      }
    }, 800);
  });
}

async function follow(form, id) {
  const box = form.querySelector('[data-progress]');
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const open = ['pending', 'leased', 'transmitting', 'retry_wait'];
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (!form.isConnected) return;
    let campaign;
    try {
      campaign = await api('GET', `/api/v1/campaigns/${id}`, undefined, { quiet: true });
    } catch {
      continue;
    }
    const entries = Object.entries(campaign.counts);
    const total = entries.reduce((sum, [, n]) => sum + n, 0);
    const waiting = entries.reduce((sum, [state, n]) => sum + (open.includes(state) ? n : 0), 0);
    box.querySelector('progress').max = Math.max(total, 1);
    box.querySelector('progress').value = total - waiting;
    box.querySelector('[data-done]').textContent = number.format(total - waiting);
    box.querySelector('[data-total]').textContent = number.format(total);
    for (const [state, n] of entries) {
      const cell = box.querySelector(`[data-count="${state}"]`);
      if (cell) cell.textContent = number.format(n);
    }
    if (!['snapshotting', 'running'].includes(campaign.status)) {
      delete form.dataset.dirty;
      location.reload();
      return;
    }
  }
}
