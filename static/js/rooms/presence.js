// Who is here and who writes: only for what is on screen, told rarely, and gone by itself.
import { hear, say } from '../lib/live.js';

const EVERY = 3_000;
const LASTS = 5_000;

export default function presence(room) {
  const { section, texts } = room;
  const place = section.querySelector('[data-typing]');
  const online = section.querySelector('[data-online]');
  const typists = new Map();
  let said = 0;
  let timer = null;

  function show() {
    if (room.editing) return;
    const fresh = [...typists.values()].filter((one) => one.until > Date.now());
    const text = fresh.length === 0 ? '' : fresh.length === 1 ? `${fresh[0].name} ${texts.tTypingOne}` : texts.tTypingMany;
    if (place.textContent !== text) place.textContent = text;
    clearTimeout(timer);
    if (fresh.length) timer = setTimeout(show, Math.max(250, Math.min(...fresh.map((one) => one.until)) - Date.now() + 50));
  }
  room.showTyping = show;
  room.isTyping = () => {
    if (Date.now() - said > EVERY && say({ t: 'typing', r: room.id })) said = Date.now();
  };
  room.typed = () => { said = 0; };
  hear('typ', (frame) => {
    if (frame.r !== room.id || document.hidden) return;
    typists.set(frame.u, { name: frame.name, until: Date.now() + LASTS });
    show();
  });
  room.stoppedTyping = (member) => { if (typists.delete(member)) show(); };

  const here = new Set();
  hear('pres', (frame) => {
    if (frame.r !== room.id) return;
    for (const member of frame.join ?? []) here.add(member);
    for (const member of frame.leave ?? []) here.delete(member);
    for (const member of [...(frame.join ?? []), ...(frame.leave ?? [])]) {
      const person = section.querySelector(`[data-member="${member}"]`);
      const face = person?.querySelector('.avatar');
      if (!face) continue;
      if (here.has(member)) face.setAttribute('data-presence', 'on'); else face.removeAttribute('data-presence');
      const words = person.querySelector('[data-here]');
      if (words) words.textContent = here.has(member) ? texts.tHere : '';
    }
    if (online && frame.n !== undefined) online.textContent = frame.n ? texts.tOnline.replace('0', String(frame.n)) : '';
  });
}
