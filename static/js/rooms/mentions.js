// Names after an @: a list to choose from, by keyboard or finger. Without it a name is typed in full and means the same.
import { h } from '../lib/dom.js';
import { api } from '../lib/fetch.js';
import { avatar } from './lines.js';

const fold = (text) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

export function mentions(room, area) {
  const list = h('ul', { class: 'mention-list', role: 'listbox', id: `mentions-${room.id}`, 'aria-label': room.texts.tMention, hidden: true });
  area.parentElement.append(list);
  let people = null;
  let found = [];
  let at = 0;
  let start = -1;
  let asks = 0;

  const load = () => {
    people ??= api('GET', `/api/v1/rooms/${room.id}/members?limit=200`, undefined, { quiet: true })
      .then((page) => page.items.map((one) => ({ id: one.id ?? one.member_id, name: one.name })).filter((one) => one.id !== room.me))
      .catch(() => [...room.section.querySelectorAll('[data-member]')].map((one) => ({ id: Number(one.dataset.member), name: one.querySelector('.person-name').textContent })));
    return people;
  };
  function close() {
    list.hidden = true;
    start = -1;
    area.removeAttribute('aria-activedescendant');
    area.removeAttribute('aria-controls');
  }
  async function look() {
    const before = area.value.slice(0, area.selectionStart);
    const match = before.match(/(^|[\s(])@([^\s@][^@\n]{0,40}|)$/u);
    if (!match || (match[2].match(/\s/g) ?? []).length > 2) return close();
    start = before.length - match[2].length;
    const text = fold(match[2]);
    asks += 1;
    const turn = asks;
    const all = room.search ? await room.search(match[2]).catch(() => []) : await load();
    // Only the answer to the newest key counts.
    if (turn !== asks || start < 0) return;
    const whole = room.leads ? [{ id: 0, name: document.documentElement.lang.startsWith('de') ? 'raum' : 'room' }] : [];
    found = [...all, ...whole].filter((one) => fold(one.name).split(' ').some((_, i, words) => words.slice(i).join(' ').startsWith(text))).slice(0, 8);
    if (!found.length || start < 0) return close();
    at = 0;
    list.replaceChildren(...found.map((one, i) => h('li', { role: 'option', id: `mention-${i}`, onpointerdown: (event) => { event.preventDefault(); choose(i); } },
      one.id ? avatar(one.id, one.name, 'avatar-small') : null, h('span', { class: 'truncate' }, one.id ? one.name : `@${one.name}`))));
    list.hidden = false;
    area.setAttribute('aria-controls', list.id);
    mark(0);
  }
  function mark(i) {
    at = (i + found.length) % found.length;
    [...list.children].forEach((option, n) => option.setAttribute('aria-selected', String(n === at)));
    list.children[at].scrollIntoView({ block: 'nearest' });
    area.setAttribute('aria-activedescendant', `mention-${at}`);
  }
  function choose(i) {
    const name = found[i].name;
    const end = area.selectionStart;
    area.setRangeText(`${name} `, start, end, 'end');
    close();
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.focus();
  }
  area.addEventListener('input', look);
  area.addEventListener('blur', () => setTimeout(close, 150));
  area.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === 'ArrowDown') mark(at + 1);
    else if (event.key === 'ArrowUp') mark(at - 1);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(at);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
}
