// Lines of the log as nodes: the same markup the server prints (rooms/room.hbs).
import { h, icon } from '../lib/dom.js';
import { fromServer } from '../lib/html.js';

const together = 5 * 60_000;

const initials = (name) => {
  const letters = name.split(/\s+/).map((word) => word.match(/[\p{L}\p{N}]/u)?.[0]).filter(Boolean);
  return (letters.length > 1 ? letters[0] + letters.at(-1) : letters[0] ?? '').toUpperCase();
};
const hue = (id) => ((id * 7) % 12 + 12) % 12;
const lang = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayOf = (ms) => new Date(ms).toDateString();

const time = (ms) => h('time', { datetime: new Date(ms).toISOString() }, clock.format(ms));

/** The divider before a line of another day. */
export function divider(before, at, today) {
  const last = before ? Number(before.dataset.at) : null;
  if (last !== null && dayOf(last) === dayOf(at)) return null;
  const text = dayOf(at) === dayOf(Date.now()) ? today : new Intl.DateTimeFormat(lang, { dateStyle: 'medium' }).format(at);
  return h('h2', { class: 'day', 'data-day': true }, h('span', {}, text));
}

/** A line after `before`: `{ m, seq, by, name, at, html | text, cid, rev, own, pending }`. */
export function line(message, before) {
  const at = message.at;
  const more = before && Number(before.dataset.by) === message.by && at - Number(before.dataset.at) < together && dayOf(at) === dayOf(Number(before.dataset.at)) && !message.reply_to;
  const body = h('div', { class: 'line-body prose' });
  body.append(message.html !== undefined ? fromServer(message.html) : h('p', {}, message.text));
  const classes = ['line', more && 'line-more', message.own && 'line-own', message.pending && 'line-pending', message.mention && 'line-mention'].filter(Boolean).join(' ');
  const data = { 'data-by': message.by, 'data-at': at, 'data-rev': message.rev ?? 0 };
  if (message.m) Object.assign(data, { id: `m${message.m}`, 'data-m': message.m, 'data-seq': message.seq });
  if (message.cid) data['data-cid'] = message.cid;
  const head = more
    ? [h('span', { class: 'line-time' }, time(at))]
    : [h('span', { class: 'avatar', 'data-hue': hue(message.by), 'aria-hidden': 'true' }, initials(message.name)),
      h('header', { class: 'line-head' }, h('a', { class: 'name', href: `/members/${message.by}` }, message.name), ' ', h('span', { class: 'meta' }, time(at)))];
  return h('article', { class: classes, ...data }, ...head, body);
}

/** Puts a new text into a line. */
export function rewrite(element, html, rev, edited) {
  element.querySelector('.line-body').replaceChildren(fromServer(html));
  element.dataset.rev = rev;
  if (rev > 0 && !element.querySelector('.line-edited')) element.querySelector('.line-body').after(h('span', { class: 'meta line-edited' }, edited));
}

/** Sets the count of one sign under a line. */
export function reaction(element, sign, n, mine) {
  let list = element.querySelector('.reactions');
  let button = list?.querySelector(`[data-react="${CSS.escape(sign)}"]`);
  if (!n) {
    button?.parentElement.remove();
    if (list && !list.childElementCount) list.remove();
    return;
  }
  if (!list) element.append(list = h('ul', { class: 'reactions' }));
  if (!button) list.append(h('li', {}, button = h('button', { type: 'button', 'data-react': sign, 'aria-pressed': 'false' }, `${sign} `, h('span', {}))));
  button.querySelector('span').textContent = n;
  if (mine !== null) button.setAttribute('aria-pressed', String(mine));
}

/** The small bar of actions of a line. */
export function actions(element, { signs, texts, mayEdit, mayDelete }) {
  if (element.querySelector('.line-acts') || !element.dataset.m) return;
  const bar = h('div', { class: 'line-acts' });
  bar.append(signs.content.cloneNode(true));
  for (const button of bar.querySelectorAll('[data-react]')) button.setAttribute('aria-label', `${texts.tReact}: ${button.dataset.react}`);
  while (bar.childElementCount > 3) bar.lastElementChild.remove();
  if (mayEdit) bar.append(h('button', { class: 'btn btn-ghost btn-icon', type: 'button', 'data-edit': true, 'aria-label': texts.tEdit }, icon('edit')));
  if (mayDelete) bar.append(h('button', { class: 'btn btn-ghost btn-icon', type: 'button', 'data-delete': true, 'aria-label': texts.tDelete }, icon('trash')));
  element.append(bar);
}
