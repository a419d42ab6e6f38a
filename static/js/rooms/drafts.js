// Drafts: kept in this browser with every key, with the house a moment later, so that they follow to the phone.
import { hearTabs, tellTabs } from '../lib/tabs-talk.js';

const csrf = () => document.querySelector('meta[name=csrf]')?.content ?? '';

/** The draft of a place: a room, or one thread of it. `area` is filled with what was begun elsewhere. */
export function draft(room, area, thread = 0) {
  const key = `kontor-draft-${room.me}-${room.id}-${thread}`;
  const url = `/api/v1/rooms/${room.id}/draft${thread ? `?thread=${thread}` : ''}`;
  const read = () => { try { return JSON.parse(localStorage.getItem(key)) ?? { body: '', at: 0 }; } catch { return { body: '', at: 0 }; } };
  let timer = null;
  let kept = null;

  async function send() {
    clearTimeout(timer);
    timer = null;
    const { body } = read();
    if (body === kept) return;
    kept = body;
    await fetch(url, { method: 'PUT', keepalive: true, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf() }, body: JSON.stringify({ body }) }).catch(() => { kept = null; });
  }
  const self = {
    /** Keeps what stands in the field. */
    keep(body) {
      if (body) localStorage.setItem(key, JSON.stringify({ body, at: Date.now() })); else localStorage.removeItem(key);
      tellTabs({ t: 'draft', key, body });
      clearTimeout(timer);
      timer = setTimeout(send, body ? 1200 : 0);
    },
    /** What was begun, for after an edit. */
    body: () => read().body,
  };
  // The field may be filled by the server (the draft of another device); what this browser has is newer than that only if it says so.
  const local = read();
  if (local.body) area.value = local.body;
  fetch(url, { headers: { Accept: 'application/json' } }).then((answer) => (answer.ok ? answer.json() : null)).then((found) => {
    if (!found) return;
    kept = found.body;
    const theirs = Date.parse(found.updated_at ?? '') || 0;
    const mine = read();
    if (found.body && theirs > mine.at && area.value === mine.body && document.activeElement !== area) {
      area.value = found.body;
      localStorage.setItem(key, JSON.stringify({ body: found.body, at: theirs }));
      area.dispatchEvent(new Event('kontor:filled'));
    } else if (mine.body && mine.body !== found.body) self.keep(mine.body);
  }).catch(() => {});
  hearTabs('draft', (message) => {
    if (message.key !== key || document.activeElement === area || room.editing) return;
    area.value = message.body;
    area.dispatchEvent(new Event('kontor:filled'));
  });
  addEventListener('pagehide', () => { if (timer) send(); });
  return self;
}
