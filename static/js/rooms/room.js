// A room that lives. This is the table of contents; each part is a module of its own and works on what `room` holds.
import { hear, join, now } from '../lib/live.js';
import { toast } from '../lib/toast.js';
import composer from './composer.js';
import log from './log.js';
import menu from './menu.js';
import { polls } from './poll.js';
import presence from './presence.js';
import rail from './rail.js';
import reading from './reading.js';
import { flush } from './sender.js';
import { signCode } from './signs.js';
import threads from './thread.js';

export default function start(section) {
  const data = section.dataset;
  const texts = { ...data, ...section.querySelector('[data-room-words]')?.dataset };
  const room = {
    section, texts,
    id: Number(data.room),
    slug: data.slug,
    me: Number(data.me),
    myName: data.myName,
    moderates: 'moderates' in data,
    leads: 'leads' in data,
    mayPin: 'mayPin' in texts || 'moderates' in data || 'direct' in data,
    log: section.querySelector('[data-log]'),
    list: section.querySelector('[data-lines]'),
    newest: Number(data.seq),
    editing: null,
    wasLive: now() === 'live',
    signName: (sign) => texts[`tSign${(signCode(sign) ?? '').replace(/^./, (c) => c.toUpperCase())}`] ?? sign,
    voters: (n) => (n === 1 ? texts.tVotersOne : texts.tVotersMany.replace('0', String(n))),
  };
  log(room);
  reading(room);
  presence(room);
  threads(room);
  menu(room);
  polls(room, room.list);
  composer(room);
  forms(room);
  rail(room);
  help(section);

  // ---- the line to the server
  const conn = section.querySelector('[data-conn]');
  const showState = (state) => {
    conn.dataset.state = state;
    conn.querySelector('span').textContent = { live: texts.tLive, wait: texts.tWait, off: texts.tOff }[state];
  };
  hear('state', showState);
  hear('drain', () => showState('wait'));
  hear('ev', (event) => {
    if (event.r !== room.id) return;
    room.newest = Math.max(room.newest, event.s);
    if (event.k === 'skip') return;
    room.apply(event);
    room.inThread(event);
    if (event.k === 'msg') room.stoppedTyping(event.by);
    if (event.k === 'msg' && event.by === room.me) room.spoke();
    else room.seen();
  });
  hear('err', (frame) => {
    if (frame.r === room.id && !frame.cid && frame.code !== 'not_found') toast(frame.msg, { kind: 'bad' });
  });
  hear('out', (frame) => { if (frame.r === room.id) location.assign('/rooms'); });
  hear('sub_ok', async (frame) => {
    if (frame.r !== room.id) return;
    // Too far behind, or the log began anew: the page has the position to go on from. Never a partial recovery.
    if (!frame.rec) {
      const at = await room.renew().catch(() => null);
      if (!at) return location.reload();
      room.newest = at.seq;
      return join(room.id, at.epoch, at.seq);
    }
    // First what came meanwhile settles the outbox, then the rest is sent again, in order.
    if (!frame.more) flush(room.id);
    room.seen();
  });
  showState(now());
  join(room.id, data.epoch, room.newest);
  room.seen();
}

// A poll and a shared thing have forms of their own; they leave through the outbox like every message.
function forms(room) {
  room.section.addEventListener('submit', (event) => {
    const form = event.target.closest('[data-poll-form], [data-share-form]');
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    const given = new FormData(form);
    const text = (name) => String(given.get(name) ?? '').trim();
    if (form.matches('[data-poll-form]')) {
      const options = given.getAll('option').map((one) => String(one).trim()).filter(Boolean);
      room.send(text('body'), { poll: { options, multi: given.has('multi') } });
    } else room.send('', { share: text('share') });
    form.reset();
    form.closest('details')?.removeAttribute('open');
    form.closest('dialog')?.close();
  }, { capture: true });
}

// The keys of a room stand in the help with the others.
function help(section) {
  const rows = section.querySelector('[data-room-keys]');
  if (rows) document.querySelector('#shortcuts [data-keys]')?.append(...rows.children);
}
