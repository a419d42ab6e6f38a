// Progress of a running import: told by the live connection, asked for now and then where there is none; shows the report when it has ended.
import { api } from '../lib/fetch.js';
import { hear, now, watch } from '../lib/live.js';

/** @param {HTMLElement} element carries data-import */
export default function progress(element) {
  const topic = `import:${element.dataset.import}`;
  const bar = element.querySelector('progress');
  const show = (state) => {
    if (state.status !== 'queued' && state.status !== 'running') {
      location.reload();
      return;
    }
    bar.max = Math.max(state.rows_total, 1);
    bar.value = state.rows_done;
  };
  hear('info', (frame) => { if (frame.topic === topic) show(frame.d); });
  watch(topic);
  // The end may have come before the connection stood; a slow question finds it.
  const ask = async () => {
    show(await api('GET', `/api/v1/imports/${element.dataset.import}`));
    setTimeout(ask, now() === 'live' ? 5000 : 700);
  };
  ask();
}
