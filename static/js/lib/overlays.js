// Dialogs by attribute, the one question dialog, and what menus need where the browser lacks CSS anchors.
import { on } from './dom.js';

export function overlays() {
  on(document, 'click', '[data-dialog]', (trigger, event) => {
    const dialog = document.getElementById(trigger.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    trigger.closest('[popover]')?.hidePopover?.();
    dialog.showModal();
  });
  on(document, 'click', '[data-close]', (button) => button.closest('dialog')?.close());
  // A click on the backdrop hits the dialog itself, one inside hits a child.
  document.addEventListener('click', (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement) || !dialog.open || dialog.querySelector('form[data-warn][data-dirty]')) return;
    const box = dialog.getBoundingClientRect();
    const isInside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!isInside && event.detail > 0) dialog.close();
  });
  // Arrow keys walk through an open menu.
  on(document, 'keydown', '.menu', (menu, event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const entries = [...menu.querySelectorAll('a, button')].filter((entry) => entry.offsetParent);
    const step = event.key === 'ArrowDown' ? 1 : -1;
    entries.at((entries.indexOf(document.activeElement) + step) % entries.length)?.focus();
    event.preventDefault();
  });
  // A link to the same page, or the palette, leaves the drawer open otherwise.
  on(document, 'click', '#drawer a', (link) => {
    const drawer = link.closest('#drawer');
    if (drawer.matches(':popover-open')) drawer.hidePopover();
  });

  if (!CSS.supports('position-area', 'block-end')) import('./popover.js').then((module) => module.placeMenus());
}

/** Asks in a dialog; resolves to true or false. `yes` is the verb on the button ("Delete"). */
export function ask(question, yes = '') {
  const dialog = document.getElementById('question');
  const button = dialog.querySelector('[data-yes]');
  dialog.querySelector('#question-text').textContent = question;
  button.dataset.word ??= button.textContent;
  button.textContent = yes || button.dataset.word;
  return new Promise((resolve) => {
    let answer = false;
    button.onclick = () => { answer = true; dialog.close(); };
    dialog.addEventListener('close', () => resolve(answer), { once: true });
    dialog.showModal();
  });
}
