// What every form gains: no double submit, Ctrl+Enter, a word before unsaved text is lost, a question before the irreversible.
import { on } from './dom.js';
import { ask } from './overlays.js';

export function forms() {
  on(document, 'submit', 'form', (form, event) => {
    if (event.defaultPrevented || form.method === 'dialog') return;
    if ('busy' in form.dataset) return event.preventDefault();
    if (form.dataset.confirm && !('confirmed' in form.dataset)) {
      event.preventDefault();
      return confirmed(form, event.submitter);
    }
    form.dataset.busy = '';
    delete form.dataset.dirty;
    // After the browser has read the form: a button that is busy any earlier would not send its name.
    const button = event.submitter;
    setTimeout(() => button?.setAttribute('aria-busy', 'true'));
    // A download answers without leaving the page.
    setTimeout(() => rest(form), 'download' in form.dataset ? 1500 : 15000);
  });
  addEventListener('pageshow', () => document.querySelectorAll('form[data-busy]').forEach(rest));

  on(document, 'keydown', 'textarea[data-submit]', (area, event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      area.form?.requestSubmit();
    }
  });
  on(document, 'change', 'form[data-autosubmit]', (form, event) => {
    if (event.target.matches('select, [type=checkbox], [type=radio]')) form.requestSubmit();
  });
  on(document, 'input', 'form[data-warn]', (form) => { form.dataset.dirty = ''; });
  addEventListener('beforeunload', (event) => {
    if (document.querySelector('form[data-warn][data-dirty]')) event.preventDefault();
  });
}

/** Makes a form usable again; a module that submits by fetch calls it when the answer is there. */
export function rest(form) {
  delete form.dataset.busy;
  for (const button of form.querySelectorAll('[aria-busy=true]')) button.removeAttribute('aria-busy');
}

async function confirmed(form, submitter) {
  if (!(await ask(form.dataset.confirm, submitter?.textContent.trim()))) return;
  form.dataset.confirmed = '';
  form.requestSubmit(submitter);
  delete form.dataset.confirmed;
}
