// Push for this browser: the reader asks for it, the house keeps the address, and one press takes it back.
import { api } from '../lib/fetch.js';
import { serviceWorkerUrl } from '../lib/html.js';

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const packed = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

export default async function push(section) {
  const button = section.querySelector('[data-push]');
  const state = section.querySelector('[data-push-state]');
  const texts = section.dataset;
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) {
    state.textContent = texts.tNone;
    return;
  }
  const worker = await navigator.serviceWorker.register(serviceWorkerUrl(), { scope: '/' });
  const show = async () => {
    const subscription = await worker.pushManager.getSubscription();
    const denied = Notification.permission === 'denied';
    button.hidden = denied;
    button.querySelector('span').textContent = subscription ? texts.tOff : texts.tOn;
    button.setAttribute('aria-pressed', String(Boolean(subscription)));
    state.textContent = denied ? texts.tDenied : subscription ? texts.tHere : '';
  };
  button.addEventListener('click', async () => {
    button.setAttribute('aria-busy', 'true');
    try {
      const known = await worker.pushManager.getSubscription();
      if (known) {
        await api('DELETE', '/api/v1/me/push', { endpoint: known.endpoint });
        await known.unsubscribe();
      } else if ((await Notification.requestPermission()) === 'granted') {
        const { key } = await api('GET', '/api/v1/push/key');
        await navigator.serviceWorker.ready;
        const fresh = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
        await api('POST', '/api/v1/me/push', { endpoint: fresh.endpoint, p256dh: packed(fresh.getKey('p256dh')), auth: packed(fresh.getKey('auth')) });
      }
    } catch (error) {
      state.textContent = error.message;
    }
    button.removeAttribute('aria-busy');
    await show();
  });
  show();
}
