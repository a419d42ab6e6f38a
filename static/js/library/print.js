// The button of a page that is made for paper.
/** @param {HTMLElement} page holds [data-print] */
export default function start(page) {
  page.querySelector('[data-print]')?.addEventListener('click', () => print());
}
