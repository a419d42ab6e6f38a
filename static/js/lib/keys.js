// The keyboard: Ctrl+K palette, ? help, / search, g + letter for the sections, j k through entries, data-key for a page's own keys.
// Single keys can be switched off (WCAG 2.1.4): speech input types letters by accident.
import { h, isMac, isWriting, on } from './dom.js';
import { word } from './words.js';

const stored = 'kontor-single-keys';
const singleKeys = () => localStorage.getItem(stored) !== 'off';
const entries = '.post, .item, .row-link, .card';
let waitsForSection = false;

export async function openPalette(text = '') {
  (await import('./palette.js')).open(text);
}

export function keys() {
  if (isMac) for (const key of document.querySelectorAll('[data-mod-key]')) key.textContent = `⌘ ${key.dataset.modKey}`;
  on(document, 'click', '[data-palette]', (link, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPalette();
  });
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      return openPalette();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || document.querySelector('dialog:modal') || !singleKeys()) return;
    if (single(event.key)) event.preventDefault();
  });
  help();
}

function single(key) {
  if (waitsForSection) {
    waitsForSection = false;
    return press(`[data-go="${CSS.escape(key)}"]`);
  }
  if (key === 'g') {
    waitsForSection = true;
    setTimeout(() => { waitsForSection = false; }, 1500);
    return true;
  }
  if (key === '?') return document.getElementById('shortcuts').showModal() ?? true;
  if (key === '/') return openPalette() && true;
  if (key === 'j' || key === 'k') return walk(key === 'j' ? 1 : -1);
  return /^[a-z]$/.test(key) && press(`[data-key="${key}"]`);
}

function press(selector) {
  const target = document.querySelector(selector);
  if (!target) return false;
  if (target.matches('input, textarea, select')) target.focus();
  else target.click();
  return true;
}

function walk(step) {
  const all = [...document.querySelectorAll(entries)];
  if (!all.length) return false;
  const now = all.findIndex((entry) => entry.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, now + step))];
  const link = next.querySelector('.item-title, .row-main, .card-title > a, a, button');
  next.scrollIntoView({ block: 'nearest' });
  link?.focus({ focusVisible: true });
  return true;
}

// The help dialog lists what this page offers besides the fixed keys.
function help() {
  const dialog = document.getElementById('shortcuts');
  if (!dialog) return;
  const list = dialog.querySelector('[data-keys]');
  for (const link of document.querySelectorAll('.sidebar [data-go]')) list.append(row(link.dataset.bell ?? nameOf(link), 'g', link.dataset.go));
  for (const element of document.querySelectorAll('[data-key]')) list.append(row(nameOf(element), element.dataset.key));
  const box = dialog.querySelector('[data-single-keys]');
  box.checked = singleKeys();
  box.addEventListener('change', () => localStorage.setItem(stored, box.checked ? 'on' : 'off'));
}

const row = (label, ...letters) => h('div', {}, h('dt', {}, label), h('dd', {}, ...letters.flatMap((letter) => [h('kbd', {}, letter), ' '])));

/** What an element is called in the help and in the palette. */
export function nameOf(element) {
  return element.dataset.command || element.getAttribute('aria-label') || element.querySelector('.label')?.textContent.trim() || element.textContent.trim() || word('search');
}
