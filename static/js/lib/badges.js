// Counters of the sidebar, the bottom bar, the bell and the tab's title: absolute values, set and never added to.

const counters = new Map();
const title = document.title;

/** Shows `d` of the topic `me`. */
export function badges(d) {
  counters.clear();
  for (const room of d.rooms) counters.set(room.r, room);
  for (const link of document.querySelectorAll('.nav [data-room]')) {
    const { unread = 0, mentions = 0 } = counters.get(Number(link.dataset.room)) ?? {};
    link.toggleAttribute('data-unread', unread > 0);
    mark(link, mentions, 'badge badge-hot');
  }
  const chat = document.querySelector('.nav a[href="/rooms"]');
  if (chat) {
    chat.toggleAttribute('data-unread', d.unread > 0);
    mark(chat, d.mentions || d.unread, d.mentions ? 'badge badge-hot' : 'badge');
  }
  const below = document.querySelector('.bottombar a[href="/rooms"]');
  if (below) mark(below, d.mentions, 'badge badge-hot');
  const bell = document.querySelector('[data-bell]');
  if (bell) {
    mark(bell, d.notifications, 'badge badge-hot');
    const { bell: name, bellUnread } = bell.dataset;
    bell.setAttribute('aria-label', d.notifications ? `${name}: ${d.notifications} ${bellUnread}` : name);
  }
  const waits = Math.max(d.mentions, d.notifications);
  document.title = waits ? `(${waits}) ${title}` : d.unread ? `• ${title}` : title;
  if (waits) navigator.setAppBadge?.(waits).catch(() => {}); else navigator.clearAppBadge?.().catch(() => {});
}

/** What waits in a room, as far as it is known. */
export const waitingIn = (room) => counters.get(room);

function mark(link, n, className) {
  let badge = link.querySelector('.badge');
  if (!n) return badge?.remove();
  if (!badge) link.append(badge = document.createElement('span'));
  badge.className = className;
  badge.textContent = n >= 100 ? '99+' : String(n);
}
