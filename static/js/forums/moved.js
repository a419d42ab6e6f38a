// An import that runs: the page is fetched again until it has ended, and its progress moves meanwhile.
import { fragment } from '../lib/fetch.js';

export default function moved(section) {
  const look = async () => {
    const page = await fragment(location.pathname, { quiet: true }).catch(() => null);
    const now = page?.querySelector('[data-module="forums/moved"] progress');
    if (page && !now) return location.reload();
    if (now) Object.assign(section.querySelector('progress'), { max: now.max, value: now.value });
    setTimeout(look, 1500);
  };
  setTimeout(look, 1000);
}
