// The builder counts while it is being filled in; the button "count" does the same without this script.
import { fragment } from '../lib/fetch.js';

export default function builder(form) {
  const reach = form.querySelector('[data-reach]');
  let timer;
  let running;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(count, 250);
  });

  async function count() {
    running?.abort();
    running = new AbortController();
    reach.setAttribute('aria-busy', 'true');
    try {
      const data = new URLSearchParams(new FormData(form));
      reach.replaceChildren(await fragment('/manage/segments/preview', { form: data, quiet: true, signal: running.signal }));
      reach.removeAttribute('aria-busy');
    } catch (error) {
      if (error.name !== 'AbortError') reach.removeAttribute('aria-busy');
    }
  }
}
