// The log: lines as they come, in their place; what is read stays where it is, and nothing jumps.
import { h, on } from '../lib/dom.js';
import { fragment } from '../lib/fetch.js';
import { dayOf, divider, line, quote, reaction, rewrite, settle, threadLink } from './lines.js';
import { recount } from './poll.js';

export default function log(room) {
  const { log: box, list, texts, section } = room;
  const jump = section.querySelector('[data-jump]');
  let unseen = 0;
  let stuck = true;

  room.ofMessage = (m) => list.querySelector(`[data-m="${m}"]`);
  room.ofCid = (cid) => list.querySelector(`[data-cid="${CSS.escape(cid)}"]`);
  room.atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  room.toEnd = () => { box.scrollTop = box.scrollHeight; stuck = true; };
  const lastLine = () => [...list.querySelectorAll('.line[data-m]')].at(-1);
  const firstPending = () => list.querySelector('.line-pending, .line-failed');

  // A room with little in it gets free space above, so that a new line moves the others by scrolling and not by layout. Once it
  // overflows the space goes, and what is seen stays where it is; in a frame without new lines, or their way up would count as a jump.
  box.dataset.live = '';
  function fit() {
    const isShort = list.offsetHeight < box.clientHeight;
    if (isShort === 'short' in box.dataset) return;
    const from = box.scrollHeight - box.scrollTop;
    box.toggleAttribute('data-short', isShort);
    box.scrollTop = box.scrollHeight - from;
  }
  fit();
  let grew = false;
  let waits = false;
  function fitLater() {
    grew = true;
    if (waits) return;
    waits = true;
    requestAnimationFrame(function calm() {
      if (grew) { grew = false; requestAnimationFrame(calm); return; }
      waits = false;
      fit();
    });
  }
  for (const element of list.querySelectorAll('.line')) element.tabIndex = -1;

  // Pictures, cards and reactions change heights later: whoever stands at the end stays there.
  new ResizeObserver(() => { if (stuck) box.scrollTop = box.scrollHeight; }).observe(list);
  new ResizeObserver(() => { if (stuck) box.scrollTop = box.scrollHeight; }).observe(box);

  room.add = (message) => {
    list.querySelector('[data-empty]')?.remove();
    const stays = stuck;
    const own = message.by === room.me;
    const before = message.pending ? [...list.querySelectorAll('.line')].at(-1) : lastLine();
    const mention = !own && Boolean(message.html?.includes(`@${room.myName}`));
    const element = line(room, { ...message, mention }, before);
    const place = message.pending ? null : firstPending();
    const nodes = [divider(before, message.at, texts), element].filter(Boolean);
    // Somebody who is away finds the place where the new begins.
    if (!own && !message.pending && (document.hidden || !stays) && !list.querySelector('[data-unread-line]')) {
      nodes.splice(-1, 0, h('h2', { class: 'unread-line', 'data-unread-line': true }, h('span', {}, texts.tNew)));
    }
    for (const node of nodes) list.insertBefore(node, place);
    fitLater();
    if (stays || own) room.toEnd();
    else {
      unseen += 1;
      jump.hidden = false;
      jump.textContent = unseen === 1 ? texts.tJumpOne : `${unseen} ${texts.tJumpMany}`;
    }
    return element;
  };

  /** A message of the main strand, as an event brings it. */
  function heard(event) {
    const d = event.d;
    const message = { m: event.m, seq: event.s, by: event.by ?? 0, name: d.name || texts.tGone, at: Date.parse(event.ts), html: d.html, rev: d.rev, reply_to: d.reply_to, shared: d.shared, poll: d.poll, bot: d.bot };
    const waits = event.cid ? room.ofCid(event.cid) : null;
    if (room.ofMessage(event.m)) return waits?.remove();
    if (!waits) return room.add(message);
    // An own line is already there; only its place may be another one, behind what others said meanwhile.
    settle(room, waits, message);
    const last = [...list.querySelectorAll('.line[data-m]')].filter((one) => one !== waits).at(-1);
    if (last && last.compareDocumentPosition(waits) & Node.DOCUMENT_POSITION_PRECEDING) last.after(waits);
  }

  function countThread(root, by) {
    const element = room.ofMessage(root);
    if (!element) return;
    const shown = element.querySelector('.line-thread');
    const now = Number(shown?.dataset.n ?? shown?.textContent.match(/\d+/)?.[0] ?? 0);
    threadLink(room, element, now + by);
  }

  // A room that is frozen, or speaks through its team only, hides its field; what was written in it stays there.
  function order(d) {
    if (room.section.hasAttribute('data-moderates')) return;
    if ('read_only' in d) room.readOnly = d.read_only;
    if ('announce' in d) room.announces = d.announce;
    const frozen = room.readOnly ? 'read_only' : room.announces ? 'announce' : '';
    if (frozen) room.section.dataset.frozen = frozen; else delete room.section.dataset.frozen;
    if (stuck) room.toEnd();
  }
  room.readOnly = room.section.dataset.frozen === 'read_only';
  room.announces = room.section.dataset.frozen === 'announce';

  room.apply = (event) => {
    const element = event.m ? room.ofMessage(event.m) : null;
    const d = event.d ?? {};
    if (event.k === 'room') order(d);
    else if (event.k === 'msg') {
      if (d.thread_of) {
        if (!event.replayed) countThread(d.thread_of, 1);
      } else heard(event);
    } else if (event.k === 'edit' && element) rewrite(room, element, d);
    else if (event.k === 'del') {
      element?.remove();
      if (d.thread_of) countThread(d.thread_of, -1);
    } else if (event.k === 'react' && element) {
      if (d.poll) { const form = element.querySelector('.poll'); if (form) recount(room, form, d.poll); } else if (d.e) reaction(room, element, d.e, d.n, event.by === room.me ? d.on : null);
    } else if (event.k === 'pin' && element) element.toggleAttribute('data-pinned', d.on !== false);
    if (d.poll && element && event.k !== 'react') { const form = element.querySelector('.poll'); if (form) recount(room, form, d.poll); }
  };

  box.addEventListener('scroll', () => {
    stuck = room.atEnd();
    if (!stuck) return;
    unseen = 0;
    jump.hidden = true;
    room.seen?.();
  }, { passive: true });
  jump.addEventListener('click', () => { room.toEnd(); room.area?.focus(); });

  // ---- earlier messages
  on(list, 'click', '[data-earlier-link]', (link, event) => { event.preventDefault(); earlier(link); });
  async function earlier(link) {
    if (link.getAttribute('aria-busy') === 'true') return;
    link.setAttribute('aria-busy', 'true');
    try {
      const page = await fragment(link.href);
      const from = box.scrollHeight - box.scrollTop;
      const nodes = [...page.querySelectorAll('[data-lines] > *')].filter((node) => !node.matches('[data-later-link], .log-later'));
      link.parentElement.remove();
      for (const node of nodes) if (node.matches?.('.line')) node.tabIndex = -1;
      const first = list.querySelector('.day, .line');
      list.prepend(...nodes);
      // The first divider of what stood here repeats the last day of what came.
      const last = [...nodes].reverse().find((node) => node.matches?.('.line'));
      const next = list.querySelector(`.line[data-m="${first?.dataset?.m ?? first?.nextElementSibling?.dataset?.m}"]`);
      if (first?.matches('.day') && last && next && dayOf(last.dataset.at) === dayOf(next.dataset.at)) first.remove();
      box.scrollTop = box.scrollHeight - from;
      fit();
      watchTop();
    } catch {
      link.removeAttribute('aria-busy');
    }
  }
  // Reaching the top loads what was before; the link stays for keyboards.
  const top = new IntersectionObserver(([entry]) => {
    const link = entry.isIntersecting && !stuck ? list.querySelector('[data-earlier-link]') : null;
    if (link) earlier(link);
  }, { root: box, rootMargin: '200px 0px 0px' });
  function watchTop() {
    top.disconnect();
    const link = list.querySelector('[data-earlier-link]');
    if (link) top.observe(link);
  }
  watchTop();

  // ---- quotes lead to their message
  on(list, 'click', '[data-quote], .line-quote a', (link, event) => {
    const m = link.dataset.quote ?? link.hash.slice(2);
    const target = room.ofMessage(m);
    if (!target) return;
    event.preventDefault();
    room.show(target);
  });
  room.show = (element) => {
    element.scrollIntoView({ block: 'center' });
    element.focus({ preventScroll: true });
    element.classList.add('line-target');
    setTimeout(() => element.classList.remove('line-target'), 2500);
  };

  /** The log anew from the server: the position was lost, or nothing can be caught up. What is written stays. */
  room.renew = async () => {
    const page = await fragment(`/rooms/${room.slug}`);
    const fresh = page.querySelector('[data-room]');
    const waits = [...list.querySelectorAll('.line-pending, .line-failed')];
    list.replaceChildren(...fresh.querySelector('[data-lines]').childNodes, ...waits);
    for (const element of list.querySelectorAll('.line')) element.tabIndex = -1;
    room.toEnd();
    return { epoch: fresh.dataset.epoch, seq: Number(fresh.dataset.seq) };
  };

  room.addPending = (message) => {
    if (room.ofCid(message.cid) || message.thread_of) return null;
    const element = room.add({ ...message, m: null, by: room.me, name: room.myName, text: message.body, pending: true });
    if (message.failed) room.fail(message.cid, message.failed);
    return element;
  };
  room.fail = (cid, why) => {
    const element = room.ofCid(cid);
    if (!element) return;
    element.classList.remove('line-pending');
    element.classList.add('line-failed');
    element.querySelector('.line-retry')?.remove();
    element.append(h('p', { class: 'line-retry', role: 'alert' }, `${texts.tFailed}: ${why}`,
      h('button', { class: 'btn btn-small', type: 'button', 'data-again': true }, texts.tAgain), h('button', { class: 'btn btn-small btn-ghost', type: 'button', 'data-give-up': true }, texts.tDelete)));
    if (room.atEnd()) room.toEnd();
  };
  room.quoteOf = (m) => quote(room, m);

  // ---- where to begin
  const target = section.dataset.targetMessage ? room.ofMessage(section.dataset.targetMessage) : location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const unread = list.querySelector('[data-unread-line]');
  if (target) room.show(target);
  else if (unread) {
    stuck = false;
    unread.scrollIntoView({ block: 'center' });
    stuck = room.atEnd();
  } else room.toEnd();
  stuck = room.atEnd();
}
