// Builds and watches elements without strings of HTML: the page's policy forbids those, and so there is nothing to escape.

/** h('button', { class: 'btn', type: 'button', onclick: fn }, 'Text', node): the element; null and false children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The same <svg class="icon"> the server's icon helper prints. */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `${document.getElementById('words').dataset.assets}/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Delegated listener: `run(match, event)` for events that start inside a `selector`. Returns its own removal. */
export function on(root, type, selector, run, options) {
  const listener = (event) => {
    const match = event.target instanceof Element ? event.target.closest(selector) : null;
    if (match && root.contains(match)) run(match, event);
  };
  root.addEventListener(type, listener, options);
  return () => root.removeEventListener(type, listener, options);
}

/** True while the reader writes: then single keys are letters, not commands. */
export function isWriting(target) {
  return target instanceof Element && target.closest('input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]') !== null;
}

/** True on machines whose command key is ⌘. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
