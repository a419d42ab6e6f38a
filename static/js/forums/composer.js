// Writing in the forum: what lib/composer does, and tools, files by paste and drag, names after an @, drafts that follow to the phone.
import composer from '../lib/composer.js';
import { api } from '../lib/fetch.js';
import { fileLine, takeFiles } from '../lib/upload.js';
import { mentions } from '../rooms/mentions.js';

const csrf = () => document.querySelector('meta[name=csrf]')?.content ?? '';

export default function writing(form) {
  const area = form.querySelector('textarea[name=body]');
  const box = area.closest('.composer-box');
  composer(form);
  tools(box, area);
  attach(form, box, area);
  mentions({
    id: 'forum', me: 0, leads: false, texts: box.dataset,
    search: (text) => api('GET', `/api/v1/mentions?q=${encodeURIComponent(text)}`, undefined, { quiet: true }).then((page) => page.items.map(({ id, name }) => ({ id, name }))),
  }, area);
  follow(form, area);
}

// ---- tools: each wraps or prefixes what is selected, in a way that Ctrl+Z takes back.
function put(area, text, from, to) {
  area.focus();
  area.setSelectionRange(from, to);
  // execCommand keeps the browser's own undo; setRangeText does where it is gone.
  if (!document.execCommand('insertText', false, text)) {
    area.setRangeText(text, from, to, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

function tools(box, area) {
  const bar = box.querySelector('[role=toolbar]');
  if (!bar) return;
  const wrap = (sign) => {
    const { selectionStart: from, selectionEnd: to, value } = area;
    put(area, `${sign}${value.slice(from, to)}${sign}`, from, to);
    if (from === to) area.setSelectionRange(from + sign.length, from + sign.length);
  };
  const prefix = (sign) => {
    const from = area.value.lastIndexOf('\n', area.selectionStart - 1) + 1;
    const to = area.selectionEnd;
    put(area, area.value.slice(from, to).split('\n').map((line) => sign + line).join('\n'), from, to);
  };
  const deeds = {
    bold: () => wrap('**'),
    italic: () => wrap('*'),
    code: () => (area.value.slice(area.selectionStart, area.selectionEnd).includes('\n') ? put(area, `\`\`\`\n${area.value.slice(area.selectionStart, area.selectionEnd)}\n\`\`\``, area.selectionStart, area.selectionEnd) : wrap('`')),
    quote: () => prefix('> '),
    list: () => prefix('- '),
    link: () => {
      const { selectionStart: from, selectionEnd: to, value } = area;
      const words = value.slice(from, to);
      put(area, /^https?:/.test(words) ? `[](${words})` : `[${words}](https://)`, from, to);
      const at = /^https?:/.test(words) ? from + 1 : from + words.length + 11;
      area.setSelectionRange(at, at);
    },
  };
  bar.addEventListener('click', (event) => deeds[event.target.closest('[data-tool]')?.dataset.tool]?.());
  area.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    const deed = { b: 'bold', i: 'italic' }[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deeds[deed]();
  });
}

// ---- files: what has arrived stands in the text as Markdown, where the cursor was.
function attach(form, box, area) {
  const texts = box.dataset;
  const words = { remove: texts.tRemove, sending: texts.tSending, checking: texts.tChecking };
  const tray = document.createElement('ul');
  tray.className = 'chat-files';
  box.append(tray);
  const add = (files) => files.slice(0, 10).forEach((file) => {
    const { line, done } = fileLine(file, words, { gone: () => {} });
    tray.append(line);
    done.then((sent) => {
      if (!sent || sent.state === 'refused') return;
      line.remove();
      const name = (file.name || 'image.png').replace(/[[\]]/g, '');
      const isPicture = (sent.mime ?? file.type ?? '').startsWith('image/');
      const at = area.selectionEnd;
      const lead = at && area.value[at - 1] !== '\n' ? '\n' : '';
      put(area, `${lead}${isPicture ? '!' : ''}[${name}](${sent.url})\n`, at, at);
    });
  });
  const input = box.querySelector('[data-attach-input]');
  box.querySelector('[data-attach]')?.addEventListener('click', () => input.click());
  input?.addEventListener('change', () => { add([...input.files]); input.value = ''; });
  takeFiles(form, add);
}

// ---- drafts: this browser keeps every key, the house a moment later.
function follow(form, area) {
  const { draft: place } = form.dataset;
  if (!place) return;
  const title = form.elements.title;
  let timer = null;
  let kept = null;
  let pause = 2000;
  let sent = false;
  const send = async () => {
    clearTimeout(timer);
    timer = null;
    const body = JSON.stringify({ title: title?.value ?? '', body: area.value });
    if (body === kept) return;
    kept = body;
    const answer = await fetch(`/api/v1/me/post-drafts/${place}`, { method: 'PUT', keepalive: body.length < 60000, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf() }, body }).catch(() => null);
    if (answer && answer.status !== 429 && answer.status < 500) {
      pause = 2000;
      return;
    }
    // Offline, too much at once, a house that starts anew: it is sent again, later each time, unless something newer waits already.
    kept = null;
    if (sent || timer) return;
    timer = setTimeout(send, Math.max(pause, 1000 * Number(answer?.headers.get('retry-after') ?? 0)));
    pause = Math.min(pause * 2, 60000);
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(send, 1500);
  });
  form.addEventListener('submit', () => { clearTimeout(timer); timer = null; sent = true; });
  addEventListener('pagehide', () => { if (timer) send(); });
}
