// The writing form (_composer.hbs): preview rendered by the server, a draft that survives a closed tab, a counter near the limit.
import { fragment } from './fetch.js';
import tabs from './tabs.js';
import { word } from './words.js';

export default function composer(form) {
  const area = form.querySelector('textarea');
  const note = form.querySelector('[data-note]');
  const list = form.querySelector('[role=tablist]');
  if (list) preview(form, area, list);
  draft(form, area, note);
  count(area, note);
}

function preview(form, area, list) {
  const panel = document.getElementById(list.querySelector('[aria-selected=false]').getAttribute('aria-controls'));
  let running;
  tabs(list, async () => {
    if (panel.hidden) return area.focus();
    running?.abort();
    running = new AbortController();
    panel.style.minHeight = `${area.offsetHeight}px`;
    if (!area.value.trim()) return panel.replaceChildren(word('preview-empty'));
    try {
      const body = new URLSearchParams({ body: area.value });
      panel.replaceChildren(await fragment(form.dataset.preview, { form: body, signal: running.signal }));
    } catch (error) {
      if (error.name !== 'AbortError') panel.replaceChildren(error.message);
    }
  });
}

// Kept in this browser only, by the key of the place (a thread, a room); gone when the form is sent.
function draft(form, area, note) {
  const { draft: place } = form.dataset;
  if (!place) return;
  const key = `kontor-draft-${place}`;
  const kept = localStorage.getItem(key);
  if (kept && !area.value) area.value = kept;
  let timer;
  area.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!area.value) return localStorage.removeItem(key);
      localStorage.setItem(key, area.value);
      delete form.dataset.dirty;
      if (!note.classList.contains('count-over')) note.textContent = word('draft');
    }, 600);
  });
  form.addEventListener('submit', () => {
    clearTimeout(timer);
    localStorage.removeItem(key);
  });
}

function count(area, note) {
  const limit = Number(area.dataset.limit);
  if (!limit) return;
  area.addEventListener('input', () => {
    const left = limit - [...area.value].length;
    const isNear = left < limit / 10;
    note.classList.toggle('count-over', left < 0);
    area.setCustomValidity(left < 0 ? `${left}` : '');
    note.textContent = isNear ? `${left} ${word('left')}` : '';
  });
}
