// The rail: who is here and what is pinned. Beside the log where there is room, behind a button elsewhere.
import { h } from '../lib/dom.js';
import { api } from '../lib/fetch.js';
import { hear } from '../lib/live.js';

/** The words of rendered HTML, without making nodes of it. */
const words = (html) => html.replace(/<[^>]*>/g, ' ').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&').replace(/\s+/g, ' ').trim();

export default function rail(room) {
  const box = room.section.querySelector('[data-rail-pins]');
  if (!box) return;
  const list = box.querySelector('.room-pins');
  let loaded = false;
  async function load() {
    const page = await api('GET', `/api/v1/rooms/${room.id}/pins`, undefined, { quiet: true }).catch(() => null);
    if (!page) return;
    loaded = true;
    list.replaceChildren(...page.items.slice(0, 5).map((one) => h('a', { href: `/rooms/${room.slug}?m=${one.m}`, 'data-pin': one.m }, h('span', { class: 'strong' }, one.name), h('span', { class: 'truncate' }, words(one.html).slice(0, 120)))));
    box.hidden = !page.items.length;
  }
  const seen = () => list.closest('.room-rail').checkVisibility?.() ?? true;
  if (seen()) load();
  list.closest('.room-rail').addEventListener('toggle', (event) => { if (event.newState === 'open' && !loaded) load(); });
  hear('ev', (event) => { if (event.r === room.id && (event.k === 'pin' || event.k === 'del') && loaded) load(); });
  list.addEventListener('click', (event) => {
    const link = event.target.closest('[data-pin]');
    const target = link && room.ofMessage(link.dataset.pin);
    if (!target) return;
    event.preventDefault();
    if (link.closest('[popover]')?.matches(':popover-open')) link.closest('[popover]').hidePopover();
    room.show(target);
  });
}
