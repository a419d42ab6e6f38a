// Sends what waits in the outbox: each room in its order, one message after the other, from one tab at a time.
import { api } from '../lib/fetch.js';
import { hear, now, say } from '../lib/live.js';
import { all, mark, take, waiting } from './outbox.js';

const busy = new Set();
const answers = new Map();
const listeners = new Set();
const PATIENCE = 10_000;
/** A line that stays down this long while the network is there is tried without it: some proxies let no WebSocket through. */
const DETOUR = 8_000;
let downSince = Date.now();
hear('state', (state) => { downSince = state === 'live' ? Infinity : Math.min(downSince, Date.now()); });

const mayDetour = () => navigator.onLine && Date.now() - downSince > DETOUR;

/** Hears what becomes of messages: run({ cid, room, m?, dup?, failed? }). */
export function onSettled(run) {
  listeners.add(run);
  return () => listeners.delete(run);
}

hear('ack', (frame) => frame.cid && answers.get(frame.cid)?.({ ok: true, m: frame.m, dup: frame.dup }));
hear('err', (frame) => frame.cid && answers.get(frame.cid)?.({ ok: false, temp: frame.temp, retry: frame.retry_ms, why: frame.msg }));
// An own event settles the message even if its acknowledgement was lost with the line.
hear('ev', (frame) => frame.cid && answers.get(frame.cid)?.({ ok: true, m: frame.m, dup: false }));

function overLive({ cid, room, body, reply_to }) {
  return new Promise((resolve) => {
    const end = (answer) => { clearTimeout(timer); quiet(); answers.delete(cid); resolve(answer); };
    const timer = setTimeout(() => end({ ok: false, temp: true }), PATIENCE);
    const quiet = hear('state', (state) => { if (state !== 'live') end({ ok: false, temp: true }); });
    answers.set(cid, end);
    if (!say({ t: 'send', cid, r: room, body, ...(reply_to ? { reply_to } : {}) })) end({ ok: false, temp: true });
  });
}

async function overHttp({ cid, room, body, reply_to, thread_of, files, poll, share }) {
  try {
    const sent = await api('POST', `/api/v1/rooms/${room}/messages`, { cid, body, reply_to, thread_of, files: files?.length ? files : undefined, poll, share }, { quiet: true });
    return { ok: true, m: sent.m, dup: sent.dup };
  } catch (error) {
    return { ok: false, temp: error.status === 0 || error.status === 429 || error.status >= 500, why: Object.values(error.fields ?? {})[0] ?? error.message, retry: 3000 };
  }
}

const isPlain = (message) => !message.thread_of && !message.files?.length && !message.poll && !message.share;

/** Sends what waits in a room; a second call while it runs changes nothing. */
export async function flush(room) {
  if (busy.has(room)) return;
  busy.add(room);
  const run = async (lock) => (lock === null ? 1500 : sendAll(room));
  const again = await (navigator.locks?.request(`kontor-send-${room}`, { ifAvailable: true }, run) ?? run());
  busy.delete(room);
  if (again !== null) setTimeout(() => flush(room), again);
}

async function sendAll(room) {
  for (;;) {
    const message = (await waiting(room)).find((one) => !one.failed);
    if (!message) return null;
    if (now() !== 'live' && !mayDetour()) return DETOUR;
    const answer = now() === 'live' && isPlain(message) ? await overLive(message) : await overHttp(message);
    if (!answer.ok && answer.temp) return answer.retry ?? 2000;
    if (answer.ok) await take(message.cid); else await mark(message.cid, answer.why);
    for (const tell of listeners) tell({ cid: message.cid, room, m: answer.m, dup: answer.dup, failed: answer.ok ? undefined : answer.why });
  }
}

/** Sends what waits in every room. */
export async function flushAll() {
  for (const room of new Set((await all()).map((message) => message.room))) flush(room);
}
