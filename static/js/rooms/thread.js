// A thread beside its room: the page of the thread in a sheet at the edge, alive while it is open. The link still leads to the page.
import { h, icon } from '../lib/dom.js';
import { fragment } from '../lib/fetch.js';
import { draft } from './drafts.js';
import { line, settle } from './lines.js';
import { put, take } from './outbox.js';
import { flush, onSettled } from './sender.js';

export default function threads(room) {
  const { texts, section } = room;
  const sheet = h('dialog', { class: 'dialog side thread-sheet', 'aria-label': texts.tThread });
  section.append(sheet);
  let open = null;

  room.openThread = async (root) => {
    const page = await fragment(`/rooms/${room.slug}/t/${root}`).catch(() => null);
    if (!page) return;
    const main = page.querySelector('.page-main');
    const lines = main.querySelector('[data-lines]');
    const form = main.querySelector('form[data-thread-form]');
    sheet.replaceChildren(
      h('header', { class: 'dialog-head' }, h('h2', {}, texts.tThread), h('a', { class: 'btn btn-ghost btn-icon', href: `/rooms/${room.slug}/t/${root}`, 'aria-label': texts.tMore }, icon('link')), h('button', { class: 'btn btn-ghost btn-icon', type: 'button', 'data-close': true, 'aria-label': texts.tCancel }, icon('x'))),
      h('div', { class: 'thread-log' }, lines), form);
    const area = form.querySelector('textarea');
    open = { root: Number(root), lines, area };
    area.value = '';
    const kept = draft(room, area, Number(root));
    area.addEventListener('input', () => kept.keep(area.value));
    area.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || matchMedia('(pointer: coarse)').matches) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const body = area.value.trim();
      if (!body) return;
      area.value = '';
      kept.keep('');
      const message = await put({ room: room.id, body, thread_of: open.root });
      append({ cid: message.cid, by: room.me, name: room.myName, at: message.at, text: body, pending: true });
      flush(room.id);
    }, { capture: true });
    if (!sheet.open) sheet.showModal();
    lines.parentElement.scrollTop = lines.parentElement.scrollHeight;
    area.focus();
  };
  sheet.addEventListener('close', () => { open = null; room.area?.focus({ preventScroll: true }); });

  function append(message) {
    const { lines } = open;
    const element = line(room, message, [...lines.querySelectorAll('.line')].at(-1));
    // The room's own line may carry the same id: here it is only shown.
    element.removeAttribute('id');
    lines.append(element);
    lines.parentElement.scrollTop = lines.parentElement.scrollHeight;
  }
  /** An event of the room that may belong here. */
  room.inThread = (event) => {
    if (!open) return;
    const d = event.d ?? {};
    const element = event.m ? open.lines.querySelector(`[data-m="${event.m}"]`) : null;
    if (event.k === 'msg' && d.thread_of === open.root && !element) {
      const message = { m: event.m, seq: event.s, by: event.by ?? 0, name: d.name || texts.tGone, at: Date.parse(event.ts), html: d.html, rev: d.rev, reply_to: d.reply_to };
      const waits = event.cid ? open.lines.querySelector(`[data-cid="${CSS.escape(event.cid)}"]`) : null;
      if (waits) { settle(room, waits, message); waits.removeAttribute('id'); } else append(message);
    } else if (event.k === 'del') element?.remove();
  };
  onSettled(({ cid, failed }) => {
    const element = open?.lines.querySelector(`[data-cid="${CSS.escape(cid)}"]`);
    if (!element || !failed) return;
    element.classList.replace('line-pending', 'line-failed');
    element.append(h('p', { class: 'line-retry', role: 'alert' }, `${texts.tFailed}: ${failed}`));
    take(cid);
  });
}
