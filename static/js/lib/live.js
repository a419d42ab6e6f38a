// The live connection of a page (protocol: /api/v1/live). One for all modules: they join rooms and hear frames; positions, reconnects
// with full jitter, pings and the counters of the sidebar are its own business. It comes up with the page and costs nothing without one.

const listeners = new Map();
const rooms = new Map();
const counters = new Map();
const topics = new Set();
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
let asked = new Set();
const tab = crypto.randomUUID();

/** Hears frames of a kind (`ev`, `ack`, `sub_ok`, …) or `state`; answers its own removal. */
export function hear(kind, run) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(run);
  return () => listeners.get(kind).delete(run);
}

const tell = (kind, frame) => { for (const run of listeners.get(kind) ?? []) run(frame); };

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
  rooms.set(room, { epoch, s: seq });
  say({ t: 'sub', r: room, epoch, s: seq });
}

/** A place whose position was lost goes on from here: after the page was loaded anew. */
export const position = (room) => rooms.get(room);

/** Watches an info topic such as `campaign:5`; hear it with hear('info', …). */
export function watch(topic) {
  topics.add(topic);
  say({ t: 'watch', topic });
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
  socket = new WebSocket(url);
  const mine = socket;
  socket.addEventListener('open', () => {
    const subs = [...rooms].map(([r, at]) => ({ r, epoch: at.epoch, s: at.s }));
    asked = new Set(rooms.keys());
    mine.send(JSON.stringify({ t: 'hello', v: 1, tab, subs }));
    listen();
  });
  socket.addEventListener('message', (event) => {
    listen();
    const data = JSON.parse(event.data);
    for (const frame of Array.isArray(data) ? data : [data]) take(frame);
  });
  socket.addEventListener('close', (event) => { if (socket === mine) ended(event.code); });
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
  const most = Math.min(30_000, 1000 * 2 ** tries);
  tries += 1;
  const wait = Math.max(tries === 1 ? 250 + Math.random() * 500 : Math.random() * most, code === 4006 ? 30_000 : 0, earliest - Date.now());
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
      for (const [r, at] of rooms) if (!asked.has(r)) say({ t: 'sub', r, epoch: at.epoch, s: at.s });
      become('live');
      break;
    case 'sub_ok':
      if (at && frame.rec) {
        for (const event of frame.ev) if (event.s > at.s) { at.s = event.s; tell('ev', event); }
        at.epoch = frame.epoch;
        at.s = Math.max(at.s, frame.s);
        if (frame.more) say({ t: 'sub', r: frame.r, epoch: at.epoch, s: at.s });
      }
      break;
    case 'ev':
      if (!at || frame.s <= at.s) return;
      if (frame.s !== at.s + 1) return void say({ t: 'sub', r: frame.r, epoch: at.epoch, s: at.s });
      at.s = frame.s;
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

/** Counters of the sidebar and the bottom bar: absolute values, set and never added to. */
function badges(d) {
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
}

function mark(link, n, className) {
  let badge = link.querySelector('.badge');
  if (!n) return badge?.remove();
  if (!badge) link.append(badge = document.createElement('span'));
  badge.className = className;
  badge.textContent = n >= 100 ? '99+' : String(n);
}

export default function start() {
  addEventListener('online', () => { tries = 0; if (!socket) connect(); });
  addEventListener('offline', () => become('off'));
  // A page that comes back from sleep or from the cache looks at once instead of waiting for its timer.
  const back = () => { if (!socket && !document.hidden) { tries = 0; connect(); } };
  document.addEventListener('visibilitychange', back);
  document.addEventListener('kontor:return', back);
  addEventListener('pagehide', () => { const open = socket; socket = null; open?.close(1000); });
  connect();
}
