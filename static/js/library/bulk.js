// A bulk upload that is being read: asks now and then, and shows the report when it has ended.
import { api } from '../lib/fetch.js';

/** @param {HTMLElement} element carries data-bulk */
export default function start(element) {
  const ask = async () => {
    const now = await api('GET', `/api/v1/bulk-uploads/${element.dataset.bulk}`, undefined, { quiet: true }).catch(() => null);
    if (now && now.status !== 'queued') location.reload();
    else setTimeout(ask, 800);
  };
  setTimeout(ask, 400);
}
