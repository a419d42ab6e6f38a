// A text follows what is typed: the own words below it, or the own wording above it. Nothing is kept until it is saved.
// Whoever copies or shares takes the text as much as whoever downloads it, so the library is told.
import { api, fragment } from '../lib/fetch.js';

export default function text(section) {
  const box = section.querySelector('[data-copy-box]');
  const { id, variant, lang, own = '' } = section.dataset;
  const forms = section.matches('[data-fill]') ? [section] : [...document.querySelectorAll('form[data-fill]')];
  let timer;
  let running;
  for (const form of forms) {
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => fill(form), 250);
    });
  }

  async function fill(form) {
    running?.abort();
    running = new AbortController();
    const data = new URLSearchParams(new FormData(form));
    for (const [name, value] of Object.entries({ variant, lang, own })) data.set(name, value);
    try {
      box.replaceChildren(await fragment(`/library/${id}/text`, { form: data, quiet: true, signal: running.signal }));
    } catch (error) {
      if (error.name !== 'AbortError') console.debug('no preview', error);
    }
  }

  const note = (way) => api('POST', `/api/v1/resources/${id}/copies`, { variant, lang, own: own === '1', way }, { quiet: true }).catch(() => {});
  section.addEventListener('kontor:copied', () => note('copy'));
  section.querySelector('[data-share]')?.addEventListener('click', () => navigator.share && note('share'));
}
