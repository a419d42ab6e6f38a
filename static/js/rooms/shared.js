// Something of the house shown in a message: each reader gets it with the own rights and the own link.
import { h } from '../lib/dom.js';
import { fragment } from '../lib/fetch.js';

/** The card of `resource:12` or `thread:5`; its height is kept free until it is there. */
export function sharedCard(code) {
  const box = h('div', { class: 'shared', 'data-shared': code });
  const [kind, id] = code.split(':');
  fragment(`/shared/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`, { quiet: true }).then((card) => box.replaceChildren(card)).catch(() => box.remove());
  return box;
}
