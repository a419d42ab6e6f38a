// Lines of the log as nodes: the same markup the server prints (rooms/_line.hbs).
import { h, icon } from '../lib/dom.js';
import { fromServer } from '../lib/html.js';
import { pollForm } from './poll.js';
import { sharedCard } from './shared.js';
import { signIcon } from './signs.js';

const together = 5 * 60_000;
const lang = document.documentElement.lang;
// The zone of the profile, as in everything the server prints, wherever this machine thinks it is.
const timeZone = document.body.dataset.zone || undefined;
const clock = new Intl.DateTimeFormat(lang, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const calendar = new Intl.DateTimeFormat(lang, lang.startsWith('de') ? { timeZone, day: '2-digit', month: '2-digit', year: 'numeric' } : { timeZone, day: 'numeric', month: 'short', year: 'numeric' });
const days = new Intl.DateTimeFormat('en-CA', { timeZone });
export const dayOf = (ms) => days.format(Number(ms));

export const initials = (name) => {
  const letters = name.split(/\s+/).map((word) => word.match(/[\p{L}\p{N}]/u)?.[0]).filter(Boolean);
  return (letters.length > 1 ? letters[0] + letters.at(-1) : letters[0] ?? '').toUpperCase();
};
export const hue = (id) => ((id * 7) % 12 + 12) % 12;
export const avatar = (id, name, size = '') => h('span', { class: `avatar ${size}`.trim(), 'data-hue': hue(id), 'aria-hidden': 'true' }, initials(name));
const time = (ms) => h('time', { datetime: new Date(ms).toISOString() }, clock.format(ms));

/** The divider before a line of another day. */
export function divider(before, at, texts) {
  if (before && dayOf(before.dataset.at) === dayOf(at)) return null;
  const name = dayOf(at) === dayOf(Date.now()) ? texts.tToday : calendar.format(at);
  return h('h2', { class: 'day', 'data-day': true }, h('span', {}, name));
}

/** The words of a message in one line, for quotes. */
export const excerpt = (element) => (element.querySelector('.line-body')?.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 140);
export const nameOf = (element) => element.dataset.name ?? element.querySelector('.line-head .name')?.textContent ?? '';

/** Whose line stands above: a line that goes on the block of another carries no name of its own. */
export function authorOf(element) {
  let line = element;
  while (line && line.classList.contains('line-more')) line = line.previousElementSibling;
  return line ? nameOf(line) : '';
}

export function quote(room, m, known) {
  const answered = room.ofMessage(m);
  const text = known ?? (answered && { name: authorOf(answered), text: excerpt(answered) });
  const link = h('a', { href: answered ? `#m${m}` : `/rooms/${room.slug}?m=${m}`, 'data-quote': m }, icon('reply'), h('span', { class: 'strong' }, text?.name ?? ''), ' ', h('span', { class: 'truncate' }, text?.text ?? '…'));
  return h('p', { class: 'line-quote' }, link);
}

/** A line after `before`: `{ m, seq, by, name, at, html | text, cid, rev, pending, mention, reply_to, thread_of, shared, poll, bot, files }`. */
export function line(room, message, before) {
  const { at, by } = message;
  const more = Boolean(before?.classList.contains('line')) && Number(before.dataset.by) === by && authorOf(before) === message.name && at - Number(before.dataset.at) < together && dayOf(at) === dayOf(before.dataset.at) && !message.reply_to;
  const body = h('div', { class: 'line-body prose' });
  if (message.html !== undefined) body.append(fromServer(message.html));
  else body.append(...message.text.split('\n').map((row) => h('p', {}, row)), ...(message.files ?? []).map((file) => h('p', { class: 'attachment' }, icon('file'), h('span', { class: 'grow' }, file.name ?? ''))));
  const classes = ['line', more && 'line-more', by === room.me && 'line-own', message.pending && 'line-pending', message.mention && 'line-mention'].filter(Boolean).join(' ');
  const data = { 'data-by': by, 'data-at': at, 'data-rev': message.rev ?? 0, 'data-name': message.name, tabindex: '-1' };
  if (message.m) Object.assign(data, { id: `m${message.m}`, 'data-m': message.m, 'data-seq': message.seq, 'data-href': `/rooms/${room.slug}/m/${message.m}` });
  if (message.cid) data['data-cid'] = message.cid;
  const name = by && !message.bot ? h('a', { class: 'name', href: `/members/${by}` }, message.name) : h('span', { class: 'name' }, message.name);
  const head = more
    ? [h('span', { class: 'line-time' }, time(at))]
    : [avatar(by, message.name), h('header', { class: 'line-head' }, name, message.bot ? h('span', { class: 'tag' }, room.texts.tBot) : null, ' ',
      message.m ? h('a', { class: 'meta line-link', href: `/rooms/${room.slug}?m=${message.m}` }, time(at)) : h('span', { class: 'meta' }, time(at)))];
  const element = h('article', { class: classes, ...data }, ...head, message.reply_to ? quote(room, message.reply_to, message.quote) : null, body,
    message.m && message.poll ? pollForm(room, message.m, message.poll, by === room.me || room.moderates) : null,
    message.shared && !message.shared.startsWith('poll:') ? sharedCard(message.shared) : null);
  return element;
}

/** A pending line becomes what the server says it is, in its place. */
export function settle(room, element, message) {
  element.classList.remove('line-pending', 'line-failed');
  element.querySelector('.line-retry')?.remove();
  delete element.dataset.cid;
  Object.assign(element.dataset, { m: message.m, seq: message.seq, rev: message.rev ?? 0, at: message.at, href: `/rooms/${room.slug}/m/${message.m}` });
  element.id = `m${message.m}`;
  element.querySelector('.line-body').replaceChildren(fromServer(message.html));
  if (message.poll && !element.querySelector('.poll')) element.append(pollForm(room, message.m, message.poll, true));
  if (message.shared && !message.shared.startsWith('poll:') && !element.querySelector('.shared')) element.append(sharedCard(message.shared));
}

/** Puts a new text into a line. */
export function rewrite(room, element, detail) {
  element.querySelector('.line-body').replaceChildren(fromServer(detail.html));
  element.dataset.rev = detail.rev;
  if (detail.rev > 0 && !element.querySelector('.line-edited')) element.querySelector('.line-body').after(h('a', { class: 'meta line-edited', href: `${element.dataset.href}#history` }, room.texts.tEdited));
}

/** Sets the count of one sign under a line. */
export function reaction(room, element, sign, n, mine) {
  let list = element.querySelector('.reactions');
  let button = list?.querySelector(`[data-react="${CSS.escape(sign)}"]`);
  if (!n) {
    button?.parentElement.remove();
    if (list && !list.childElementCount) list.remove();
    return;
  }
  if (!list) {
    list = h('ul', { class: 'reactions' });
    const after = element.querySelector('.line-thread, .line-tools, .line-acts');
    if (after) after.before(list); else element.append(list);
  }
  if (!button) list.append(h('li', {}, button = h('button', { type: 'button', 'data-react': sign, 'aria-pressed': 'false' }, signIcon(sign), ' ', h('span', {}))));
  button.querySelector('span:last-child').textContent = n;
  if (mine !== null) button.setAttribute('aria-pressed', String(mine));
  button.setAttribute('aria-label', `${room.signName(sign)}: ${n}`);
}

/** The way into the thread of a message, with its count. */
export function threadLink(room, element, n) {
  let foot = element.querySelector('.line-thread');
  if (!n) return foot?.remove();
  const text = n === 1 ? room.texts.tThreadOne : room.texts.tThreadMany.replace('0', String(n));
  if (!foot) {
    foot = h('p', { class: 'line-thread' }, h('a', { href: `/rooms/${room.slug}/t/${element.dataset.m}`, 'data-thread': element.dataset.m }, icon('chat'), h('span', {})));
    const tools = element.querySelector('.line-tools, .line-acts');
    if (tools) tools.before(foot); else element.append(foot);
  }
  const link = foot.querySelector('a');
  link.replaceChildren(icon('chat'), text);
  foot.dataset.n = n;
}
