// The filters above a list apply at once; without this script the button does it.
export default function bar(form) {
  form.querySelector('[type=submit]').hidden = true;
  form.addEventListener('change', () => form.requestSubmit());
}
