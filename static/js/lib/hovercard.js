// A small card about the person behind a link, after a moment of rest on it. The link itself stays the way for keyboard and touch.
import { h } from './dom.js';
import { fragment } from './fetch.js';

const cards = new Map();
const box = h('div', { class: 'hovercard', popover: 'manual' });
let timer;

export function hover(link) {
  clearTimeout(timer);
  timer = setTimeout(() => show(link), 400);
  link.addEventListener('pointerleave', () => { clearTimeout(timer); timer = setTimeout(hide, 200); }, { once: true });
}

async function show(link) {
  const address = link.dataset.card;
  try {
    if (!cards.has(address)) cards.set(address, await fragment(address, { quiet: true }));
  } catch {
    return;
  }
  if (!link.matches(':hover')) return;
  box.replaceChildren(cards.get(address).cloneNode(true));
  document.body.append(box);
  box.showPopover?.();
  const at = link.getBoundingClientRect();
  const fitsBelow = at.bottom + box.offsetHeight + 8 < innerHeight;
  box.style.cssText = '';
  box.style.positionArea = 'none';
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${fitsBelow ? at.bottom : at.top - box.offsetHeight - 8}px`;
}

const hide = () => box.matches(':hover') || (box.matches(':popover-open') && box.hidePopover());
box.addEventListener('pointerleave', () => { timer = setTimeout(hide, 200); });
box.addEventListener('pointerenter', () => clearTimeout(timer));
addEventListener('keydown', (event) => event.key === 'Escape' && hide());
