// What can be done with a message: a small bar where the pointer is, a menu for everything, a key for each.
import { h, icon, on } from '../lib/dom.js';
import { api } from '../lib/fetch.js';
import { copyText } from '../lib/copy.js';
import { ask } from '../lib/overlays.js';
import { toast } from '../lib/toast.js';
import { signIcon, signs } from './signs.js';

export default function menu(room) {
  const { list, texts, section } = room;
  const box = h('div', { class: 'menu line-menu', popover: 'auto', id: 'line-menu', role: 'group', 'aria-label': texts.tOpen });
  section.append(box);
  let current = null;
  let opener = null;

  const url = (element) => `/api/v1/rooms/${room.id}/messages/${element.dataset.m}`;
  const isOwn = (element) => Number(element.dataset.by) === room.me;
  const may = {
    edit: (element) => isOwn(element) && !element.querySelector('.poll'),
    delete: (element) => isOwn(element) || room.moderates,
    pin: () => room.mayPin,
  };
  const act = {
    reply: (element) => room.answer(element),
    thread: (element) => room.openThread(element.dataset.m),
    edit: (element) => room.edit(element),
    async delete(element) {
      if (await ask(texts.tDeleteAsk, texts.tDelete)) api('DELETE', url(element)).catch(() => {});
    },
    async pin(element) {
      const on = !element.hasAttribute('data-pinned');
      if (await api(on ? 'PUT' : 'DELETE', `${url(element)}/pin`).then(() => true, () => false)) {
        element.toggleAttribute('data-pinned', on);
        toast(on ? texts.tPinned : texts.tUnpinned, { undo: () => act.pin(element) });
      }
    },
    async save(element) {
      const on = !element.hasAttribute('data-saved');
      if (await api(on ? 'PUT' : 'DELETE', `${url(element)}/save`).then(() => true, () => false)) {
        element.toggleAttribute('data-saved', on);
        toast(on ? texts.tSaved : texts.tUnsaved, { undo: () => act.save(element) });
      }
    },
    async copy(element) {
      const link = new URL(`/rooms/${room.slug}?m=${element.dataset.m}`, location.href).href;
      if (await copyText(link)) toast(texts.tCopied, { seconds: 3 });
    },
    open: (element) => location.assign(element.dataset.href),
  };
  room.act = act;

  function react(element, sign) {
    const mine = element.querySelector(`.reactions [data-react="${CSS.escape(sign)}"]`)?.getAttribute('aria-pressed') === 'true';
    api('POST', `${url(element)}/reactions`, { e: sign, on: !mine }).catch(() => {});
  }
  async function remind(element, minutes) {
    const due = new Date();
    if (minutes === 'morning') { due.setDate(due.getDate() + 1); due.setHours(9, 0, 0, 0); } else due.setMinutes(due.getMinutes() + minutes);
    const made = await api('POST', '/api/v1/me/reminders', { room_id: room.id, message: Number(element.dataset.m), due_at: due.toISOString() }).catch(() => null);
    if (made) toast(`${texts.tReminded} ${new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(due)}`, { undo: () => api('DELETE', `/api/v1/me/reminders/${made.id}`) });
  }

  const row = (name, symbol, text, run, key, danger) => h('button', { type: 'button', 'data-act': name, class: danger ? 'danger' : null, onclick: () => { const element = current; close(); run(element); } },
    icon(symbol), h('span', { class: 'grow' }, text), key ? h('kbd', {}, key) : null);
  const close = () => { if (box.matches(':popover-open')) box.hidePopover(); };

  function signRow() {
    const bar = h('div', { class: 'sign-row', role: 'group', 'aria-label': texts.tReact });
    for (const sign of signs) bar.append(h('button', { class: 'btn btn-ghost btn-icon', type: 'button', 'aria-label': room.signName(sign), onclick: () => { const element = current; close(); react(element, sign); } }, signIcon(sign)));
    return bar;
  }
  function open(element, button, only) {
    if (!element.dataset.m) return;
    close();
    current = element;
    opener = button;
    const rows = only === 'react' ? [signRow()] : [
      signRow(), h('hr'),
      row('reply', 'reply', texts.tReply, act.reply, 'r'), room.openThread ? row('thread', 'chat', texts.tThread, act.thread, 't') : null,
      may.edit(element) ? row('edit', 'edit', texts.tEdit, act.edit, 'e') : null,
      row('save', 'star', element.hasAttribute('data-saved') ? texts.tUnsave : texts.tSave, act.save, 's'),
      may.pin(element) ? row('pin', 'pin', element.hasAttribute('data-pinned') ? texts.tUnpin : texts.tPin, act.pin, 'p') : null,
      row('copy', 'link', texts.tCopyLink, act.copy, 'l'), h('hr'),
      h('p', { class: 'menu-label meta' }, texts.tRemind),
      h('div', { class: 'remind-row' }, ...[[20, texts.tRemind20], [60, texts.tRemind60], [180, texts.tRemind180], ['morning', texts.tRemindMorning]]
        .map(([when, text]) => h('button', { type: 'button', class: 'btn btn-small', 'data-act': `remind-${when}`, onclick: () => { const one = current; close(); remind(one, when); } }, text))),
      h('hr'), row('open', 'info', texts.tMore, act.open),
      may.delete(element) ? row('delete', 'trash', texts.tDelete, act.delete, 'Del', true) : null,
    ];
    box.replaceChildren(...rows.filter(Boolean));
    box.showPopover();
    place(button ?? element);
    box.querySelector('button').focus({ focusVisible: false });
  }
  // Beside what opened it, inside the window.
  function place(by) {
    const at = by.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = at.bottom + 4 + height < innerHeight;
    box.style.left = `${Math.max(12, Math.min(at.right - width, innerWidth - width - 12))}px`;
    box.style.top = `${Math.max(12, below ? at.bottom + 4 : at.top - height - 4)}px`;
  }
  box.addEventListener('toggle', (event) => {
    if (event.newState !== 'closed') return;
    opener?.setAttribute('aria-expanded', 'false');
    if (box.contains(document.activeElement) || document.activeElement === document.body) (opener?.isConnected ? opener : current)?.focus({ preventScroll: true });
  });

  // ---- the bar
  function bar(element) {
    if (element.querySelector('.line-acts') || !element.dataset.m) return;
    const button = (name, symbol, text) => h('button', { class: 'btn btn-ghost btn-icon', type: 'button', 'data-do': name, 'aria-label': text, 'aria-haspopup': name === 'reply' ? null : 'true' }, icon(symbol));
    element.append(h('div', { class: 'line-acts' }, button('react', 'smile', texts.tReact), button('reply', 'reply', texts.tReply), button('more', 'more', texts.tOpen)));
  }
  on(list, 'pointerover', '.line', bar);
  on(list, 'focusin', '.line', bar);
  on(list, 'click', '[data-do]', (button) => {
    const element = button.closest('.line');
    if (button.dataset.do === 'reply') return act.reply(element);
    button.setAttribute('aria-expanded', 'true');
    open(element, button, button.dataset.do);
  });
  on(list, 'click', '.reactions [data-react]', (button) => react(button.closest('.line'), button.dataset.react));
  on(list, 'contextmenu', '.line', (element, event) => {
    if (event.target.closest('a, img, .poll') || !getSelection().isCollapsed || event.pointerType !== 'touch') return;
    event.preventDefault();
    open(element, element);
  });
  on(list, 'click', '[data-thread]', (link, event) => {
    if (!room.openThread || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    room.openThread(link.dataset.thread);
  });

  // ---- keys: arrows walk through the lines, letters do things with the one in focus
  const keys = { r: 'reply', t: 'thread', e: 'edit', s: 'save', p: 'pin', l: 'copy', Delete: 'delete' };
  room.log.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const lines = [...list.querySelectorAll('.line[data-m]')];
    const here = document.activeElement.closest?.('.line');
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      if (event.target.closest('.poll, .menu')) return;
      const next = here ? lines[lines.indexOf(here) + step] : lines.at(-1);
      event.preventDefault();
      if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: 'nearest' }); } else if (step > 0) room.area?.focus();
      return;
    }
    if (event.key === 'Escape') { event.preventDefault(); room.readAll(); room.area?.focus(); return; }
    if (!here || event.target !== here) return;
    if (event.key === 'Enter' || event.key === 'ContextMenu') { event.preventDefault(); return open(here, here); }
    if (event.key === '+') { event.preventDefault(); return open(here, here, 'react'); }
    const name = keys[event.key];
    if (!name || (may[name] && !may[name](here)) || (name === 'thread' && !room.openThread) || localStorage.getItem('kontor-single-keys') === 'off') return;
    event.preventDefault();
    event.stopPropagation();
    act[name](here);
  });
}
