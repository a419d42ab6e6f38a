// The one script of a page. It wires what any page may use (by attribute, see src/web/pages/README.md) and loads the module that an
// element names: <form data-module="rooms/composer"> imports ./rooms/composer.js and calls its default export with the element.
// Everything works without it; each rarely used part is imported when first needed.
import { on } from './lib/dom.js';
import { forms } from './lib/forms.js';
import { keys } from './lib/keys.js';
import { overlays } from './lib/overlays.js';

const root = document.documentElement;

/** Starts the modules below `scope`; call it again for nodes that arrive later. */
export function start(scope = document) {
  for (const element of scope.querySelectorAll('[data-module]:not([data-started])')) {
    element.dataset.started = '';
    import(`./${element.dataset.module}.js`)
      .then((module) => module.default(element))
      .catch((error) => console.error(`module ${element.dataset.module}`, error));
  }
}

// The choice of a theme shows at once; the server remembers it for the next page. Before forms(), which would take it for a departure.
on(document, 'submit', '[data-theme-form]', async (form, event) => {
  const theme = event.submitter?.value;
  if (!theme) return;
  event.preventDefault();
  root.dataset.theme = theme;
  for (const button of form.querySelectorAll('[name=theme]')) button.setAttribute('aria-pressed', String(button.value === theme));
  const { post } = await import('./lib/fetch.js');
  post(form.getAttribute('action'), new URLSearchParams({ theme, next: location.pathname })).catch(() => {});
});

overlays();
forms();
keys();
start();
if (document.body.hasAttribute('data-live')) import('./lib/live.js').then((module) => module.default?.()).catch(console.error);

on(document, 'click', '[data-copy], [data-copy-from]', async (button) => {
  const { copyButton } = await import('./lib/copy.js');
  copyButton(button);
});
on(document, 'click', '[data-dismiss]', (button) => button.parentElement.remove());

// Hover cards only where there is a pointer that hovers.
if (matchMedia('(hover: hover)').matches) {
  let loaded;
  on(document, 'pointerover', '[data-card]', async (link) => {
    loaded ??= import('./lib/hovercard.js');
    (await loaded).hover(link);
  });
}

// A page from the back-forward cache may hold stale counters: what is live catches up on its own, the rest is told.
addEventListener('pageshow', (event) => event.persisted && document.dispatchEvent(new CustomEvent('kontor:return')));
