// Writing: a line shows at once and is kept until the house has it. Enter sends, arrow-up changes the last own line, Esc reads all.
import { h, icon, on } from '../lib/dom.js';
import { api } from '../lib/fetch.js';
import { rest } from '../lib/forms.js';
import { hear, now } from '../lib/live.js';
import { hearTabs } from '../lib/tabs-talk.js';
import { draft } from './drafts.js';
import { authorOf, excerpt } from './lines.js';
import { mentions } from './mentions.js';
import { mark, put, take, waiting } from './outbox.js';
import { flush, onSettled } from './sender.js';

export default function composer(room) {
  const { section, list, texts } = room;
  const form = section.querySelector('[data-composer]');
  const area = form.querySelector('textarea');
  room.area = area;
  let answering = null;
  let tray = null;
  if (form.querySelector('[data-attach]')) import('./files.js').then((module) => { tray = module.files(room, form, area); }).catch(() => form.querySelector('[data-attach]').remove());
  mentions(room, area);
  const kept = draft(room, area);

  const grow = () => {
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.3)}px`;
  };
  room.grow = grow;
  area.addEventListener('kontor:filled', grow);

  // ---- sending
  async function send(body, extra = {}) {
    const message = await put({ room: room.id, body, ...extra });
    room.addPending(message);
    flush(room.id);
  }
  room.send = send;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopPropagation();
    rest(form);
    const body = area.value.trim();
    const withFiles = tray?.any();
    if (!body && !withFiles) return;
    if (room.editing) return endEdit(body);
    const reply = answering;
    stopAnswer();
    area.value = '';
    kept.keep('');
    grow();
    room.typed();
    const files = withFiles ? await tray.take() : [];
    if (!body && !files.length) return;
    await send(body, { ...(reply ? { reply_to: reply } : {}), ...(files.length ? { files: files.map((one) => one.id), names: files } : {}) });
    area.focus();
  }, { capture: true });
  onSettled(({ cid, room: where, m, dup, failed }) => {
    if (where !== room.id) return;
    if (failed) return room.fail(cid, failed);
    // Its event settles the line; a repeat has none, its line stands already or comes with the log.
    const element = room.ofCid(cid);
    if (element && dup) { if (room.ofMessage(m)) element.remove(); else element.classList.remove('line-pending'); }
  });
  on(list, 'click', '[data-again]', async (button) => {
    const element = button.closest('.line');
    element.classList.replace('line-failed', 'line-pending');
    button.parentElement.remove();
    await mark(element.dataset.cid, undefined);
    flush(room.id);
  });
  on(list, 'click', '[data-give-up]', (button) => {
    const element = button.closest('.line');
    take(element.dataset.cid);
    element.remove();
  });
  const restore = () => waiting(room.id).then((some) => { for (const message of some) room.addPending(message); return some.length; });
  hearTabs('outbox', (message) => { if (message.room === room.id) restore(); });

  // ---- what waits while the line is down
  const bar = section.querySelector('[data-offline]');
  const state = () => {
    const off = now() !== 'live';
    if (bar) bar.toggleAttribute('data-on', off && room.wasLive);
  };
  hear('state', (next) => { if (next === 'live') room.wasLive = true; setTimeout(state, next === 'live' ? 0 : 1500); });
  addEventListener('offline', state);

  // ---- keys
  area.addEventListener('input', () => {
    grow();
    if (room.editing) return;
    kept.keep(area.value);
    if (area.value.trim()) room.isTyping();
  });
  area.addEventListener('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    // A finger has no Shift: on touch screens Enter is a new line and the button sends.
    if (event.key === 'Enter' && !event.shiftKey && !matchMedia('(pointer: coarse)').matches) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === 'ArrowUp' && !area.value && !answering) {
      const own = [...list.querySelectorAll(`.line[data-m][data-by="${room.me}"]`)].at(-1);
      if (own) {
        event.preventDefault();
        room.edit(own);
      }
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (room.editing) stopEdit();
      else if (answering) stopAnswer();
      else room.readAll();
    }
  });

  // ---- answering
  const head = h('div', { class: 'chat-head', hidden: true });
  form.prepend(head);
  function showHead(symbol, ...what) {
    head.replaceChildren(icon(symbol), h('span', { class: 'truncate grow' }, ...what), h('button', { class: 'btn btn-ghost btn-icon btn-small', type: 'button', 'aria-label': texts.tCancel, onclick: () => { if (room.editing) stopEdit(); else stopAnswer(); } }, icon('x')));
    head.hidden = false;
  }
  room.answer = (element) => {
    if (room.editing) stopEdit();
    answering = Number(element.dataset.m);
    showHead('reply', h('strong', {}, authorOf(element)), ' ', excerpt(element));
    area.focus();
  };
  function stopAnswer() {
    answering = null;
    if (!room.editing) head.hidden = true;
  }

  // ---- changing
  room.edit = async (element) => {
    const m = Number(element.dataset.m);
    const source = await api('GET', `/api/v1/rooms/${room.id}/messages/${m}`).catch(() => null);
    if (!source) return;
    answering = null;
    room.editing = { m, rev: source.rev, old: source.body };
    form.toggleAttribute('data-editing', true);
    showHead('edit', texts.tEditing);
    area.value = source.body;
    grow();
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  };
  function stopEdit() {
    room.editing = null;
    form.removeAttribute('data-editing');
    head.hidden = true;
    area.value = kept.body();
    grow();
  }
  function endEdit(body) {
    const { m, rev, old } = room.editing;
    stopEdit();
    if (body && body !== old) api('PATCH', `/api/v1/rooms/${room.id}/messages/${m}`, { rev, body }).catch(() => {});
  }

  restore().then((n) => { if (n) flush(room.id); });
  grow();
}
