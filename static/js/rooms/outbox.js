// Messages that are not yet acknowledged, kept in this browser until they are: a reload, a crash or a dead line loses none, and since the
// server knows every cid for ever, none is sent twice.

const key = (room) => `kontor-outbox-${room}`;

/** The waiting messages of a room: `{ cid, body, at, failed? }`, oldest first. */
export function waiting(room) {
  try {
    return JSON.parse(localStorage.getItem(key(room))) ?? [];
  } catch {
    return [];
  }
}

function keep(room, list) {
  if (list.length) localStorage.setItem(key(room), JSON.stringify(list));
  else localStorage.removeItem(key(room));
}

/** Puts a message in and answers it. */
export function put(room, body) {
  const message = { cid: crypto.randomUUID(), body, at: Date.now() };
  keep(room, [...waiting(room), message]);
  return message;
}

/** Takes a message out: it is acknowledged, or given up. */
export const take = (room, cid) => keep(room, waiting(room).filter((message) => message.cid !== cid));

/** Notes that the server refused a message for good. */
export const fail = (room, cid, why) => keep(room, waiting(room).map((message) => (message.cid === cid ? { ...message, failed: why } : message)));
