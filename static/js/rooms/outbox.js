// Messages that are not yet acknowledged, kept in this browser's database until they are: a reload, a crash or a dead line loses none,
// and since the server knows every cid for ever, none is sent twice. They belong to the member who wrote them.
import { tellTabs } from '../lib/tabs-talk.js';

const me = Number(document.body.dataset.me ?? 0);
let opened = null;
// A browser that keeps nothing (private mode of some) still sends; only a reload would lose what waits.
const memory = new Map();

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('kontor', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('outbox', { keyPath: 'cid' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function inStore(mode, run) {
  const store = (await database()).transaction('outbox', mode, { durability: 'strict' }).objectStore('outbox');
  return new Promise((resolve, reject) => {
    const request = run(store);
    store.transaction.oncomplete = () => resolve(request?.result);
    store.transaction.onerror = () => reject(store.transaction.error);
  });
}

/** Everything that waits, oldest first: `{ cid, room, body, at, reply_to?, thread_of?, files?, failed? }`. */
export async function all() {
  const kept = await inStore('readonly', (store) => store.getAll()).catch(() => [...memory.values()]);
  return kept.filter((one) => one.me === me).sort((a, b) => a.at - b.at);
}

/** What waits in a room. */
export const waiting = async (room) => (await all()).filter((one) => one.room === room);

/** Puts a message in and answers it once it is kept. */
export async function put(entry) {
  const message = { cid: crypto.randomUUID(), at: Date.now(), me, ...entry };
  localStorage.setItem('kontor-outbox', '1');
  await inStore('readwrite', (store) => store.put(message)).catch(() => memory.set(message.cid, message));
  tellTabs({ t: 'outbox', room: message.room });
  return message;
}

/** Takes a message out: it is acknowledged, or given up. */
export async function take(cid) {
  await inStore('readwrite', (store) => store.delete(cid)).catch(() => memory.delete(cid));
  if (!(await all()).length) localStorage.removeItem('kontor-outbox');
}

/** Notes why the server refused a message for good; null: it is to be tried again. */
export async function mark(cid, failed) {
  const message = (await all()).find((one) => one.cid === cid);
  if (message) await inStore('readwrite', (store) => store.put({ ...message, failed })).catch(() => memory.set(cid, { ...message, failed }));
}
