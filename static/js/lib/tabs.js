// Tabs for a [role=tablist] whose buttons name their panels by aria-controls: arrow keys, one tab stop, panels hidden but one.

export default function tabs(list, changed = () => {}) {
  const all = [...list.querySelectorAll('[role=tab]')];
  const select = (tab, focus) => {
    for (const each of all) {
      const isOn = each === tab;
      each.setAttribute('aria-selected', String(isOn));
      each.tabIndex = isOn ? 0 : -1;
      const panel = document.getElementById(each.getAttribute('aria-controls'));
      if (panel) panel.hidden = !isOn;
    }
    if (focus) tab.focus();
    changed(tab);
  };
  list.addEventListener('click', (event) => {
    const tab = event.target.closest('[role=tab]');
    if (tab) select(tab);
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    select(all.at((all.indexOf(document.activeElement) + step) % all.length), true);
  });
  return select;
}
