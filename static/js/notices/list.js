// The list of notifications: following one reads it, without a round through a form.
import { on } from '../lib/dom.js';

export default function list(root) {
  on(root, 'click', '.notice .item-title', (link) => {
    const item = link.closest('.notice');
    if (!item.hasAttribute('data-unread')) return;
    item.removeAttribute('data-unread');
    // `keepalive`: the page is about to be left.
    fetch('/api/v1/me/notifications/read', {
      method: 'PUT',
      keepalive: true,
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': document.querySelector('meta[name=csrf]').content },
      body: JSON.stringify({ ids: [Number(item.dataset.notice)] }),
    }).catch(() => {});
  });
}
