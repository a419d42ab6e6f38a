// Only loaded by browsers that lack popovers (then menus and the drawer toggle a class) or CSS anchors (then menus are placed by hand).
import { on } from './dom.js';

function hang(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + 4 + height < innerHeight && !menu.classList.contains('menu-up');
  const left = menu.matches('.menu-start, .menu-up') ? at.left : at.right - width;
  menu.style.left = `${Math.max(12, Math.min(left, innerWidth - width - 12))}px`;
  menu.style.top = `${Math.max(8, below ? at.bottom : at.top - height - 8)}px`;
}

const buttonOf = (menu) => document.querySelector(`[popovertarget="${menu.id}"]`);

/** Places each menu beside its button when it opens. */
export function place() {
  document.addEventListener('toggle', (event) => {
    const menu = event.target;
    if (event.newState === 'open' && menu.matches('.menu')) hang(menu, buttonOf(menu));
  }, true);
}

/** Opens and closes [popover] elements by the class `popover-open`. */
export function polyfill() {
  document.documentElement.classList.add('no-popover');
  const closeAll = (but) => document.querySelectorAll('[popover].popover-open').forEach((open) => open !== but && open.classList.remove('popover-open'));
  on(document, 'click', '[popovertarget]', (button) => {
    const target = document.getElementById(button.getAttribute('popovertarget'));
    closeAll(target);
    if (target.classList.toggle('popover-open') && target.matches('.menu')) hang(target, button);
  });
  document.addEventListener('click', (event) => event.target.closest?.('[popover], [popovertarget]') ?? closeAll());
  document.addEventListener('keydown', (event) => event.key === 'Escape' && closeAll());
}
