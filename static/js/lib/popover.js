// Only loaded where CSS anchors are missing: hangs each menu on its button when it opens. (Popovers themselves are as old as the
// light-dark() colours this design needs, so there is nothing to imitate.)

const gap = 4;
const edge = 12;

function hang(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const fitsBelow = at.bottom + gap + height < innerHeight && !menu.classList.contains('menu-up');
  const left = menu.matches('.menu-start, .menu-up') ? at.left : at.right - width;
  menu.style.left = `${Math.max(edge, Math.min(left, innerWidth - width - edge))}px`;
  menu.style.top = `${Math.max(edge, fitsBelow ? at.bottom : at.top - height - 2 * gap)}px`;
}

export function placeMenus() {
  document.addEventListener('toggle', ({ target, newState }) => {
    if (newState === 'open' && target.matches('.menu')) hang(target, document.querySelector(`[popovertarget="${target.id}"]`));
  }, true);
}
