// Progress of a running import: asks now and then, and shows the report when it has ended.
import { api } from '../lib/fetch.js';

/** @param {HTMLElement} element carries data-import */
export default function progress(element) {
  const bar = element.querySelector('progress');
  const ask = async () => {
    const now = await api('GET', `/api/v1/imports/${element.dataset.import}`);
    if (now.status !== 'queued' && now.status !== 'running') {
      location.reload();
      return;
    }
    bar.max = Math.max(now.rows_total, 1);
    bar.value = now.rows_done;
    setTimeout(ask, 700);
  };
  ask();
}
