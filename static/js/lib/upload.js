// Files on their way: one shot for small ones, in parts with a second try for large ones, both with progress.
// The default export enhances the form of src/files/pages/_upload.hbs: choose, drop or paste, several at once; what has arrived becomes
// a hidden field `files` of the form named in data-upload-form, and an event `kontor:uploaded` (detail: the file) on the element.
import { ApiError } from './fetch.js';
import { h, icon } from './dom.js';

const WHOLE = 8 * 1024 * 1024;
const PART = 4 * 1024 * 1024;
const csrf = () => document.querySelector('meta[name=csrf]')?.content ?? '';

/** fetch() does not tell how far a body has gone; this does. */
function send(method, url, body, { headers = {}, progress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries({ Accept: 'application/json', 'X-CSRF-Token': csrf(), ...headers })) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', (event) => progress?.(event.loaded));
    request.addEventListener('load', () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText || '{}'); } catch { /* no JSON: a proxy's own page */ }
      if (request.status < 300) resolve(answer); else reject(new ApiError(request.status, answer));
    });
    request.addEventListener('error', () => reject(new ApiError(0)));
    request.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}

/** upload(file, { progress: (share 0..1) => …, signal }) → { id, name, mime, size, url, state, message, … } */
export async function upload(file, { progress, signal } = {}) {
  if (file.size <= WHOLE) {
    const body = new FormData();
    body.append('file', file, file.name || 'image.png');
    return send('POST', '/api/v1/uploads', body, { signal, progress: (sent) => progress?.(Math.min(sent / (file.size || 1), 1)) });
  }
  const announced = JSON.stringify({ name: file.name, size: file.size });
  let state = await send('POST', '/api/v1/uploads/resumable', announced, { signal, headers: { 'Content-Type': 'application/json' } });
  let tries = 0;
  while (state.offset < file.size) {
    const at = state.offset;
    try {
      state = await send('PATCH', `/api/v1/uploads/${state.id}`, file.slice(at, at + PART), {
        signal,
        headers: { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(at) },
        progress: (sent) => progress?.((at + sent) / file.size),
      });
      tries = 0;
    } catch (error) {
      // A broken line, a restart, another tab: ask where it stands and go on from there.
      if (error.name === 'AbortError' || ![0, 409, 429, 502, 503, 504].includes(error.status) || ++tries > 6) throw error;
      await new Promise((done) => setTimeout(done, Math.random() * Math.min(1000 * 2 ** tries, 20000)));
      state = await send('GET', `/api/v1/uploads/${state.id}`, null, { signal }).catch(() => state);
    }
  }
  return state;
}

/** Files that are dropped on `element` or pasted into it. Returns its own removal. */
export function takeFiles(element, run) {
  const quiet = new AbortController();
  const listen = (type, listener) => element.addEventListener(type, listener, { signal: quiet.signal });
  const has = (event) => event.dataTransfer?.types.includes('Files');
  listen('dragover', (event) => { if (has(event)) { event.preventDefault(); element.dataset.over = ''; } });
  listen('dragleave', (event) => { if (!element.contains(event.relatedTarget)) delete element.dataset.over; });
  listen('drop', (event) => {
    delete element.dataset.over;
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    run([...event.dataTransfer.files]);
  });
  listen('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    run(files);
  });
  return () => quiet.abort();
}

/** 1234567 → "1.2 MB" in the page's language. */
export function bytes(size) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let at = 0;
  while (size >= 1000 && at < 3) { size /= 1024; at += 1; }
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit: units[at], unitDisplay: 'short', maximumFractionDigits: size < 10 && at ? 1 : 0 }).format(size);
}

/** One line of a list of files: name, size, progress, a way to take it away. */
export function fileLine(file, words, { gone } = {}) {
  const quit = new AbortController();
  const bar = h('progress', { max: '1', value: '0', 'aria-label': words.sending });
  const note = h('span', { class: 'meta' }, bytes(file.size));
  const remove = h('button', { class: 'btn btn-ghost btn-small btn-icon', type: 'button', 'aria-label': `${words.remove}: ${file.name}`,
    onclick: () => { quit.abort(); line.remove(); gone?.(); } }, icon('x'));
  const mark = h('span', {}, icon('file'));
  const line = h('li', { class: 'attachment' }, mark, h('span', { class: 'grow' }, file.name), note, bar, remove);
  const done = upload(file, { signal: quit.signal, progress: (share) => { bar.value = share; if (share >= 1) note.textContent = words.checking; } })
    .then((sent) => {
      bar.remove();
      note.textContent = sent.state === 'refused' ? sent.message : bytes(sent.size);
      line.classList.toggle('is-refused', sent.state === 'refused');
      if (sent.state === 'ready' && sent.width) mark.replaceChildren(h('img', { src: `${sent.url}?w=320`, alt: '' }));
      return sent;
    })
    .catch((error) => {
      bar.remove();
      if (error.name === 'AbortError') return null;
      note.textContent = Object.values(error.fields ?? {})[0] ?? error.message;
      line.classList.add('is-refused');
      return null;
    });
  return { line, done };
}

/** @param {HTMLFormElement} form of _upload.hbs */
export default function start(form) {
  const input = form.querySelector('input[type=file]');
  const list = form.querySelector('.upload-list');
  const words = { remove: form.dataset.tRemove, sending: form.dataset.tSending, checking: form.dataset.tChecking };
  const take = (files) => {
    for (const file of input.multiple ? files : files.slice(0, 1)) {
      let field = null;
      if (!input.multiple) list.replaceChildren();
      const { line, done } = fileLine(file, words, { gone: () => field?.remove() });
      list.append(line);
      done.then((sent) => {
        if (!sent || sent.state === 'refused' || !line.isConnected) return;
        const target = document.getElementById(form.dataset.uploadForm);
        if (target) {
          if (!input.multiple) for (const old of target.querySelectorAll('[name=files][data-sent]')) old.remove();
          field = h('input', { type: 'hidden', name: 'files', value: String(sent.id), 'data-sent': true });
          target.append(field);
          target.dataset.dirty = '';
        }
        form.dispatchEvent(new CustomEvent('kontor:uploaded', { bubbles: true, detail: sent }));
      });
    }
  };
  input.addEventListener('change', () => { take([...input.files]); input.value = ''; });
  form.addEventListener('submit', (event) => event.preventDefault());
  takeFiles(form, take);
}
