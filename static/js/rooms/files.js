// Files for a message: chosen, dropped anywhere in the room, or pasted; each with its progress and a way back.
import { h } from '../lib/dom.js';
import { fileLine, takeFiles } from '../lib/upload.js';

export function files(room, form, area) {
  const tray = h('ul', { class: 'chat-files', 'aria-label': room.texts.tFiles, hidden: true });
  form.prepend(tray);
  const words = { remove: room.texts.tFileRemove, sending: room.texts.tFileSending, checking: room.texts.tFileChecking };
  let chosen = [];

  function add(list) {
    for (const file of list.slice(0, 10 - chosen.length)) {
      const one = { name: file.name || 'image.png', id: null };
      const { line, done } = fileLine(file, words, { gone: () => { chosen = chosen.filter((other) => other !== one); show(); } });
      one.line = line;
      one.done = done.then((sent) => { if (sent && sent.state !== 'refused') one.id = sent.id; return one.id; });
      chosen.push(one);
      tray.append(line);
    }
    show();
    area.focus();
  }
  function show() {
    tray.hidden = !tray.childElementCount;
    area.required = !chosen.length;
    room.grow?.();
  }
  const input = form.querySelector('[data-attach-input]');
  form.querySelector('[data-attach]')?.addEventListener('click', () => input.click());
  input?.addEventListener('change', () => { add([...input.files]); input.value = ''; });
  takeFiles(room.section.querySelector('.room-main'), add);

  return {
    any: () => chosen.length > 0,
    /** Waits for what is under way and empties the tray: `[{ id, name }]` of what arrived. */
    async take() {
      const mine = chosen;
      await Promise.all(mine.map((one) => one.done));
      const good = mine.filter((one) => one.id);
      chosen = chosen.filter((one) => !good.includes(one));
      for (const one of good) one.line.remove();
      show();
      return good.map(({ id, name }) => ({ id, name }));
    },
  };
}
