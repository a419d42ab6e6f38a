// The command palette: every link of the sidebar and menus, every [data-command] of the page, and the search, found by a few letters.
import { h, icon } from './dom.js';
import { api, fragment } from './fetch.js';
import { nameOf } from './keys.js';
import { word } from './words.js';

const dialog = document.getElementById('palette');
const input = dialog.querySelector('input');
const list = dialog.querySelector('ul');
const none = dialog.querySelector('.palette-none');
let commands = [];
let found = [];
let at = 0;

/** Collected at each opening, for pages change while they are open. */
function collect() {
  const seen = new Set();
  const from = (selector, group) => [...document.querySelectorAll(selector)].flatMap((element) => {
    const name = nameOf(element);
    if (!name || seen.has(name) || element.disabled) return [];
    seen.add(name);
    return [{ name, group, symbol: symbolOf(element), run: () => run(element) }];
  });
  return [...from('[data-command]', 'act'), ...from('.nav a, #me-menu a', 'go'), ...from('#me-menu button, .sidebar-foot button[type=submit]', 'act')];
}

const symbolOf = (element) => element.querySelector('use')?.getAttribute('href').split('#')[1] ?? 'chevron-right';

function run(element) {
  if (element.matches('input, textarea, select')) element.focus();
  else element.click();
}

// Rooms, people and pages of the house that this page does not link to: asked for after a moment of rest, added below what is known.
let rooms = null;
let asking = null;
let further = [];
let rest = null;

const go = (name, href, symbol) => ({ name, group: 'go', symbol, run: () => location.assign(href) });

async function ask(text) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  rooms ??= api('GET', '/api/v1/rooms', undefined, { quiet: true }).then((page) => page.items, () => []);
  const query = encodeURIComponent(text);
  const [known, people, pages] = await Promise.all([
    rooms,
    fragment(`/members?q=${query}`, { signal, quiet: true }).catch(() => null),
    api('GET', `/api/v1/search?q=${query}&limit=6`, undefined, { signal, quiet: true }).catch(() => null),
  ]);
  if (signal.aborted || !dialog.open) return;
  const found = [
    ...known.filter((room) => score(room.name, fold(text)) < Infinity).map((room) => go(`#${room.name}`, `/rooms/${room.slug}`, 'hash')),
    ...[...(people?.querySelectorAll('main a[href^="/members/"]') ?? [])].map((link) => go(link.textContent.trim(), link.getAttribute('href'), 'user')).slice(0, 6),
    ...(pages?.items ?? []).map((one) => go(one.title, one.href ?? one.path ?? one.url, 'file')),
  ];
  const seen = new Set(commands.map((command) => command.name));
  further = found.filter((one) => one.name && !seen.has(one.name) && seen.add(one.name)).slice(0, 10);
  show(true);
}

/** Best at the start, then at the start of a word, then anywhere, then the letters in order from the start of a word on. */
function score(name, text) {
  const hay = fold(name);
  const start = hay.indexOf(text);
  if (start >= 0) return (start === 0 ? 0 : hay[start - 1] === ' ' ? 1 : 2) + start / 100;
  let position = ` ${hay}`.indexOf(` ${text[0]}`);
  if (position < 0) return Infinity;
  for (const letter of text) {
    position = hay.indexOf(letter, position);
    if (position < 0) return Infinity;
    position += 1;
  }
  return 10 + position;
}

const fold = (text) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

function show(again = false) {
  const text = fold(input.value.trim());
  if (again !== true) {
    further = [];
    clearTimeout(rest);
    if (text.length > 1) rest = setTimeout(() => ask(input.value.trim()), 180);
  }
  found = text
    ? commands.map((command) => [score(command.name, text), command]).filter(([points]) => points < Infinity).sort((a, b) => a[0] - b[0]).map(([, command]) => command).slice(0, 12)
    : commands;
  if (text) found = [...found, ...further, { name: word('search-for').replace('…', input.value.trim()), group: 'search', symbol: 'search', run: () => location.assign(`/search?q=${encodeURIComponent(input.value.trim())}`) }];
  if (again !== true) at = 0;
  let group;
  list.replaceChildren(...found.flatMap((command, index) => {
    const option = h('li', { role: 'option', id: `palette-${index}`, onclick: () => choose(index), onpointermove: () => index !== at && mark(index) },
      icon(command.symbol), h('span', { class: 'truncate' }, command.name));
    const head = !text && command.group !== group ? [h('li', { role: 'presentation' }, word(command.group))] : [];
    group = command.group;
    return [...head, option];
  }));
  none.hidden = found.length > 0;
  mark(Math.min(at, found.length - 1));
}

function mark(index) {
  at = index;
  for (const option of list.querySelectorAll('[role=option]')) option.setAttribute('aria-selected', String(option.id === `palette-${at}`));
  const current = document.getElementById(`palette-${at}`);
  current?.scrollIntoView({ block: 'nearest' });
  input.setAttribute('aria-activedescendant', current?.id ?? '');
}

function choose(index) {
  const command = found[index];
  dialog.close();
  command?.run();
}

input.addEventListener('input', () => show());
input.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) mark((at + step + found.length) % found.length);
  else if (event.key === 'Enter' && !event.isComposing) choose(at);
  else return;
  event.preventDefault();
});

export function open(text) {
  if (dialog.open) return;
  commands = collect();
  input.value = text;
  dialog.showModal();
  show();
}
