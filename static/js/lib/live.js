// The live connection of a page (protocol: /api/v1/live). One for all modules: they join rooms and hear frames; positions, gaps, reconnects
// with full jitter, pings and the counters around the page are its own business. It comes up with the page and costs nothing without one.
import { badges } from './badges.js';

const listeners = new Map();
const rooms = new Map();
const topics = new Set();
const tab = crypto.randomUUID();
let socket = null;
let state = 'wait';
let greeted = false;
let tries = 0;
let quiet = null;
let beat = 45_000;
let earliest = 0;
let timer = null;
let stable = null;
let final = false;

/** Hears frames of a kind (`ev`, `ack`, `sub_ok`, …), `state`, or `leaving` before the page goes; answers its own removal. */
export function hear(kind, run) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(run);
  return () => listeners.get(kind).delete(run);
}

const tell = (kind, frame) => { for (const run of [...(listeners.get(kind) ?? [])]) run(frame); };

/** `live`, `wait` or `off`. */
export const now = () => state;

/** Sends a frame if the connection stands; answers whether it did. What must arrive is kept by the caller until its ack. */
export function say(frame) {
  if (!greeted || socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

/** Listens to a room from a position on; the position is kept here and moves with every event. */
export function join(room, epoch, seq) {
  rooms.set(room, { epoch, s: seq, asked: false });
  ask(room);
}

/** Listens no longer. */
export function leave(room) {
  rooms.delete(room);
  say({ t: 'unsub', r: room });
}

/** Watches an info topic such as `campaign:5`; hear it with hear('info', …). */
export function watch(topic) {
  topics.add(topic);
  say({ t: 'watch', topic });
}

// One question a room at a time: whatever comes before its answer is in the answer.
function ask(room) {
  const at = rooms.get(room);
  if (at && !at.asked) at.asked = say({ t: 'sub', r: room, epoch: at.epoch, s: at.s });
}

function become(next) {
  if (state === next) return;
  state = next;
  tell('state', state);
}

function connect() {
  clearTimeout(timer);
  if (final || socket) return;
  greeted = false;
  const url = new URL('/api/v1/live', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const mine = new WebSocket(url);
  socket = mine;
  mine.addEventListener('open', () => {
    const subs = [...rooms].map(([r, at]) => ({ r, epoch: at.epoch, s: at.s }));
    for (const at of rooms.values()) at.asked = true;
    mine.send(JSON.stringify({ t: 'hello', v: 1, tab, subs }));
    listen();
  });
  mine.addEventListener('message', (event) => {
    if (socket !== mine) return;
    listen();
    const data = JSON.parse(event.data);
    for (const frame of Array.isArray(data) ? data : [data]) take(frame);
  });
  mine.addEventListener('close', (event) => { if (socket === mine) ended(event.code); });
}

// JavaScript does not see protocol pings: silence for longer than a heartbeat and its answer means that the line is dead.
function listen() {
  clearTimeout(quiet);
  quiet = setTimeout(() => { const dead = socket; ended(4003); dead?.close(); }, beat);
}

function ended(code) {
  clearTimeout(quiet);
  clearTimeout(stable);
  socket = null;
  greeted = false;
  for (const at of rooms.values()) at.asked = false;
  if (code >= 4500) {
    final = true;
    return become('off');
  }
  if (code === 4007) {
    // Logged out somewhere else: what this page shows is no longer ours to show.
    final = true;
    become('off');
    return location.reload();
  }
  become(navigator.onLine ? 'wait' : 'off');
  // Full jitter: half a second to a second at first, doubling to half a minute; what the server asked for counts as well.
  const first = 500 + Math.random() * 500;
  const later = Math.random() * Math.min(30_000, 1000 * 2 ** tries);
  const wait = Math.max(tries === 0 ? first : later, code === 4006 ? 30_000 : 0, earliest - Date.now());
  tries += 1;
  timer = setTimeout(connect, wait);
}

function take(frame) {
  if (!frame.t) return void socket?.send('{}');
  const at = rooms.get(frame.r);
  switch (frame.t) {
    case 'hello':
      greeted = true;
      beat = frame.hb_ms + frame.pong_ms + 5_000;
      stable = setTimeout(() => { tries = 0; }, 60_000);
      for (const topic of topics) say({ t: 'watch', topic });
      // A module that came after our hello and before the answer has its room in the list but not in the hello.
      for (const room of rooms.keys()) ask(room);
      become('live');
      break;
    case 'sub_ok':
      if (!at) return;
      at.asked = false;
      if (frame.rec) {
        for (const event of frame.ev) if (event.s > at.s) { at.s = event.s; tell('ev', event); }
        at.epoch = frame.epoch;
        at.s = Math.max(at.s, frame.s);
        if (frame.more) ask(frame.r);
      }
      break;
    case 'ev':
      // The gap rule: an event that is not the next one waits; the answer to our question brings it with what is missing.
      if (!at || frame.s <= at.s) return;
      if (frame.s !== at.s + 1) return ask(frame.r);
      at.s = frame.s;
      break;
    case 'err':
      if (at && !frame.cid) at.asked = false;
      break;
    case 'drain':
      earliest = Date.now() + Math.random() * frame.after_ms;
      break;
    case 'info':
      if (frame.topic === 'me') badges(frame.d);
      break;
  }
  tell(frame.t, frame);
}

export default function start() {
  addEventListener('online', () => { tries = 0; if (!socket) connect(); });
  addEventListener('offline', () => become('off'));
  // A page that comes back from sleep or from the cache looks at once instead of waiting for its timer.
  const back = () => { if (!socket && !document.hidden) { tries = Math.min(tries, 1); connect(); } };
  document.addEventListener('visibilitychange', back);
  document.addEventListener('kontor:return', back);
  // What a module still has to say leaves before the line is cut.
  addEventListener('pagehide', () => { tell('leaving'); const open = socket; socket = null; open?.close(1000); });
  // What was written before a reload or an outage leaves from whichever page is open.
  hear('state', (next) => {
    if (next === 'live' && localStorage.getItem('kontor-outbox')) import('../rooms/sender.js').then((module) => module.flushAll());
  });
  connect();
}
