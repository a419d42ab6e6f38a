// What is read: the place moves while the end is on screen and the page is looked at; every tab and device is in step.
import { hear, say } from '../lib/live.js';
import { on } from '../lib/dom.js';
import { hearTabs, tellTabs } from '../lib/tabs-talk.js';

export default function reading(room) {
  const { section, list } = room;
  let read = Number(section.dataset.lastRead);
  let timer = null;

  const tell = () => {
    if (room.newest <= read || !say({ t: 'read', r: room.id, s: room.newest })) return;
    read = room.newest;
    tellTabs({ t: 'read', room: room.id, s: read });
  };
  room.seen = () => {
    if (document.hidden || !room.atEnd() || room.newest <= read) return;
    // A second after the first new line, whatever comes after it: in a busy room there is always one more.
    timer ??= setTimeout(() => { timer = null; if (!document.hidden && room.atEnd()) tell(); }, 1000);
  };
  // Who leaves has seen what was on screen.
  hear('leaving', () => { if (timer && room.atEnd()) tell(); });
  // Who speaks has read what was said before.
  room.spoke = () => { if (!document.hidden) tell(); };
  room.readAll = () => {
    list.querySelector('[data-unread-line]')?.remove();
    list.querySelector('[data-new-above]')?.remove();
    room.toEnd();
    tell();
  };
  hearTabs('read', (message) => {
    if (message.room !== room.id) return;
    read = Math.max(read, message.s);
    if (document.hidden) list.querySelector('[data-unread-line]')?.remove();
  });
  document.addEventListener('visibilitychange', room.seen);
  hear('state', (state) => { if (state === 'live') room.seen(); });
  on(section, 'click', '[data-read-all]', (button, event) => {
    event.preventDefault();
    button.closest('[popover]')?.hidePopover();
    room.readAll();
    room.area?.focus();
  });
}
