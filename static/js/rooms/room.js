// A room that lives: lines come as they are said, own ones show at once and are settled by their acknowledgement.
import { h, on } from '../lib/dom.js';
import { api, fragment } from '../lib/fetch.js';
import { rest } from '../lib/forms.js';
import { hear, join, now, say } from '../lib/live.js';
import { ask } from '../lib/overlays.js';
import { toast } from '../lib/toast.js';
import { actions, divider, line, reaction, rewrite } from './lines.js';
import { fail, put, take, waiting } from './outbox.js';

export default function room(section) {
  const texts = section.dataset;
  const id = Number(texts.room);
  const me = Number(texts.me);
  const log = section.querySelector('[data-log]');
  const list = section.querySelector('[data-lines]');
  const form = section.querySelector('[data-composer]');
  const area = form.querySelector('textarea');
  const jump = section.querySelector('[data-jump]');
  const signs = section.querySelector('[data-signs]');
  const typing = section.querySelector('[data-typing]');
  let unseen = 0;
  let editing = null;
  let read = Number(texts.lastRead);
  let newest = Number(texts.seq);

  // ---- the log
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const toEnd = () => { log.scrollTop = log.scrollHeight; };
  const ofMessage = (m) => list.querySelector(`[data-m="${m}"]`);
  const ofCid = (cid) => list.querySelector(`[data-cid="${CSS.escape(cid)}"]`);
  const lastLine = () => [...list.querySelectorAll('.line[data-m]')].at(-1);
  const firstPending = () => list.querySelector('.line-pending, .line-failed');

  function add(message) {
    list.querySelector('[data-empty]')?.remove();
    const stays = atEnd();
    const before = message.pending ? [...list.querySelectorAll('.line')].at(-1) : lastLine();
    const element = line({ ...message, own: message.by === me, mention: message.html?.includes(`@${texts.myName}`) }, before);
    const day = divider(before, message.at, texts.tToday);
    const place = message.pending ? null : firstPending();
    for (const node of [day, element]) if (node) list.insertBefore(node, place);
    if (stays || message.by === me) toEnd();
    else {
      unseen += 1;
      jump.hidden = false;
      jump.textContent = unseen === 1 ? texts.tJumpOne : `${unseen} ${texts.tJumpMany}`;
    }
    return element;
  }

  function heard(event) {
    if (event.r !== id) return;
    newest = Math.max(newest, event.s);
    const element = event.m ? ofMessage(event.m) : null;
    if (event.k === 'msg') {
      if (event.cid) {
        take(id, event.cid);
        ofCid(event.cid)?.remove();
      }
      if (!element) add({ m: event.m, seq: event.s, by: event.by, name: event.d.name || texts.tGone, at: Date.parse(event.ts), html: event.d.html, rev: event.d.rev, reply_to: event.d.reply_to });
      typists.delete(event.by);
      showTyping();
      markSeen();
    } else if (element && event.k === 'edit') rewrite(element, event.d.html, event.d.rev, texts.tEdited);
    else if (element && event.k === 'del') element.remove();
    else if (element && event.k === 'react') reaction(element, event.d.e, event.d.n, event.by === me ? event.d.on : null);
  }

  // ---- reading
  let readTimer = null;
  function markSeen() {
    if (document.hidden || !atEnd() || newest <= read) return;
    clearTimeout(readTimer);
    readTimer = setTimeout(() => { if (say({ t: 'read', r: id, s: newest })) read = newest; }, 1000);
  }
  function readAll() {
    read = newest;
    say({ t: 'read', r: id, s: newest });
    list.querySelector('[data-unread-line]')?.remove();
    toEnd();
  }
  log.addEventListener('scroll', () => {
    if (!atEnd()) return;
    unseen = 0;
    jump.hidden = true;
    markSeen();
  }, { passive: true });
  jump.addEventListener('click', () => { toEnd(); area.focus(); });
  document.addEventListener('visibilitychange', markSeen);
  on(section, 'click', '[data-read-all]', (button, event) => {
    event.preventDefault();
    button.closest('[popover]')?.hidePopover();
    readAll();
  });

  // ---- writing
  function grow() {
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }
  function post(message) {
    say({ t: 'send', cid: message.cid, r: id, body: message.body });
  }
  function pending(message) {
    if (ofCid(message.cid)) return;
    const element = add({ cid: message.cid, by: me, name: texts.myName, at: message.at, text: message.body, pending: true });
    if (message.failed) failed(element, message.failed);
  }
  function failed(element, why) {
    element.classList.replace('line-pending', 'line-failed');
    element.querySelector('.line-retry')?.remove();
    element.append(h('p', { class: 'line-retry' }, `${texts.tFailed}: ${why}`, h('button', { class: 'btn btn-small', type: 'button', 'data-again': true }, texts.tAgain), h('button', { class: 'btn btn-small btn-ghost', type: 'button', 'data-give-up': true }, texts.tDelete)));
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    rest(form);
    const body = area.value.trim();
    if (!body) return;
    if (editing) {
      const { m, rev, old } = editing;
      stopEditing();
      if (body !== old) api('PATCH', `/api/v1/rooms/${id}/messages/${m}`, { rev, body }).catch(() => {});
      return;
    }
    area.value = '';
    localStorage.removeItem(draft);
    grow();
    const message = put(id, body);
    pending(message);
    post(message);
  }, { capture: true });
  on(list, 'click', '[data-again]', (button) => {
    const element = button.closest('.line');
    const message = waiting(id).find((one) => one.cid === element.dataset.cid);
    element.classList.replace('line-failed', 'line-pending');
    button.parentElement.remove();
    if (message) post(message);
  });
  on(list, 'click', '[data-give-up]', (button) => {
    const element = button.closest('.line');
    take(id, element.dataset.cid);
    element.remove();
  });

  const draft = `kontor-draft-room-${id}`;
  area.value ||= localStorage.getItem(draft) ?? '';
  let saidTyping = 0;
  area.addEventListener('input', () => {
    grow();
    if (editing) return;
    if (area.value) localStorage.setItem(draft, area.value); else localStorage.removeItem(draft);
    if (area.value && Date.now() - saidTyping > 3000 && say({ t: 'typing', r: id })) saidTyping = Date.now();
  });
  area.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    // A finger has no Shift: on touch screens Enter is a new line and the button sends.
    if (event.key === 'Enter' && !event.shiftKey && !matchMedia('(pointer: coarse)').matches) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === 'ArrowUp' && !area.value) {
      const own = [...list.querySelectorAll(`.line[data-m][data-by="${me}"]`)].at(-1);
      if (own) {
        event.preventDefault();
        edit(own);
      }
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (editing) stopEditing();
      else readAll();
    }
  });

  // ---- editing, deleting, reacting
  async function edit(element) {
    const m = Number(element.dataset.m);
    const source = await api('GET', `/api/v1/rooms/${id}/messages/${m}`).catch(() => null);
    if (!source) return;
    editing = { m, rev: source.rev, old: source.body };
    form.toggleAttribute('data-editing', true);
    typing.textContent = texts.tEditing;
    area.value = source.body;
    grow();
    area.focus();
  }
  function stopEditing() {
    editing = null;
    form.removeAttribute('data-editing');
    typing.textContent = '';
    area.value = localStorage.getItem(draft) ?? '';
    grow();
  }
  const shown = (element) => actions(element, { signs, texts, mayEdit: Number(element.dataset.by) === me, mayDelete: Number(element.dataset.by) === me || 'moderates' in texts });
  on(list, 'pointerover', '.line', shown);
  on(list, 'focusin', '.line', shown);
  on(list, 'click', '[data-edit]', (button) => edit(button.closest('.line')));
  on(list, 'click', '[data-delete]', async (button) => {
    const element = button.closest('.line');
    if (await ask(texts.tDeleteAsk, texts.tDelete)) api('DELETE', `/api/v1/rooms/${id}/messages/${element.dataset.m}`).catch(() => {});
  });
  on(list, 'click', '[data-react]', (button) => {
    const element = button.closest('.line');
    const sign = button.dataset.react;
    const mine = element.querySelector(`.reactions [data-react="${CSS.escape(sign)}"]`)?.getAttribute('aria-pressed') === 'true';
    api('POST', `/api/v1/rooms/${id}/messages/${element.dataset.m}/reactions`, { e: sign, on: !mine }).catch(() => {});
  });

  // ---- earlier messages
  on(list, 'click', '[data-earlier-link]', async (link, event) => {
    event.preventDefault();
    if (link.getAttribute('aria-busy') === 'true') return;
    link.setAttribute('aria-busy', 'true');
    try {
      const page = await fragment(link.href);
      const from = log.scrollHeight - log.scrollTop;
      const earlier = [...page.querySelectorAll('[data-lines] > *')];
      link.parentElement.remove();
      list.prepend(...earlier);
      // What is read stays where it is.
      log.scrollTop = log.scrollHeight - from;
    } catch {
      link.removeAttribute('aria-busy');
    }
  });

  // ---- who writes
  const typists = new Map();
  function showTyping() {
    if (editing) return;
    const fresh = [...typists.values()].filter((one) => one.until > Date.now());
    typing.textContent = fresh.length === 0 ? '' : fresh.length === 1 ? `${fresh[0].name} ${texts.tTypingOne}` : texts.tTypingMany;
  }
  hear('typ', (frame) => {
    if (frame.r !== id) return;
    typists.set(frame.u, { name: frame.name, until: Date.now() + 4000 });
    showTyping();
    setTimeout(showTyping, 4100);
  });
  hear('pres', (frame) => {
    if (frame.r !== id) return;
    for (const [ids, here] of [[frame.join, true], [frame.leave, false]]) {
      for (const member of ids) {
        const avatar = section.querySelector(`[data-member="${member}"] .avatar`);
        if (here) avatar?.setAttribute('data-presence', 'on');
        else avatar?.removeAttribute('data-presence');
      }
    }
  });

  // ---- the line to the server
  const conn = section.querySelector('[data-conn]');
  function showState(state) {
    conn.dataset.state = state;
    conn.querySelector('span').textContent = { live: texts.tLive, wait: texts.tWait, off: texts.tOff }[state];
  }
  hear('state', showState);
  hear('ev', heard);
  hear('ack', (frame) => {
    if (frame.r !== id || !frame.cid) return;
    take(id, frame.cid);
    // Its event settles the line; a repeat has none, its line stands already.
    const element = ofCid(frame.cid);
    if (element && frame.dup) {
      if (ofMessage(frame.m)) element.remove();
      else element.classList.remove('line-pending');
    }
  });
  hear('err', (frame) => {
    const element = frame.cid ? ofCid(frame.cid) : null;
    if (!element) return frame.r === id && frame.code !== 'not_found' && toast(frame.msg, { kind: 'bad' });
    const message = waiting(id).find((one) => one.cid === frame.cid);
    if (frame.temp && message) return setTimeout(() => post(message), frame.retry_ms ?? 2000);
    fail(id, frame.cid, frame.msg);
    failed(element, frame.msg);
  });
  hear('out', (frame) => { if (frame.r === id) location.assign('/rooms'); });
  hear('sub_ok', (frame) => {
    if (frame.r !== id) return;
    // Too far behind, or the log began anew: the page has the position to go on from.
    if (!frame.rec) return location.reload();
    // First what came meanwhile settles the outbox, then the rest is sent again, in order.
    if (!frame.more) for (const message of waiting(id)) if (!message.failed) post(message);
    markSeen();
  });
  hear('drain', () => showState('wait'));

  for (const message of waiting(id)) pending(message);
  showState(now());
  grow();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: 'center' });
  else if (list.querySelector('[data-unread-line]')) list.querySelector('[data-unread-line]').scrollIntoView({ block: 'center' });
  else toEnd();
  join(id, texts.epoch, newest);
  markSeen();
}
