// The one place where a string becomes nodes. The page requires Trusted Types; this policy never leaves the module and is used only for
// what the own server rendered: a fragment it answered (lib/fetch.js checks that) or the `html` of an event on its live socket.
const policy = globalThis.trustedTypes?.createPolicy('kontor', {
  createHTML(html) {
    // The server cleans what people write. A script or frame in a fragment would mean that it failed.
    if (/<\s*(script|iframe|object|embed|base|meta|link)\b/i.test(html)) throw new TypeError('unexpected element in a fragment');
    return html;
  },
  createScriptURL(url) {
    if (url !== '/sw.js') throw new TypeError('unexpected script');
    return url;
  },
});

/** HTML that our server rendered → DocumentFragment. Never give it text that a person typed in this page. */
export function fromServer(html) {
  const template = document.createElement('template');
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}

/** The address of the service worker in the form its registration demands. */
export const serviceWorkerUrl = () => (policy ? policy.createScriptURL('/sw.js') : '/sw.js');
