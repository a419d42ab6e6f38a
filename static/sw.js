// The service worker: shows what is pushed and leads to it. It keeps no pages: what one sees is always what one may see now.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  let data = {};
  try { data = event.data?.json() ?? {}; } catch { /* not ours: it is shown without words */ }
  event.waitUntil((async () => {
    // Somebody who looks at the house right now sees it there.
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    if (data.tag && windows.some((one) => one.focused && new URL(one.url).pathname === new URL(data.href ?? '/', self.location.origin).pathname)) return;
    await self.registration.showNotification(data.title ?? '', { body: data.body ?? '', tag: data.tag, lang: data.lang, data: { href: data.href ?? '/notifications' }, icon: data.icon });
    if (data.unread && self.navigator.setAppBadge) await self.navigator.setAppBadge(data.unread).catch(() => {});
  })());
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const target = new URL(event.notification.data?.href ?? '/notifications', self.location.origin);
  if (target.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const open = windows.find((one) => new URL(one.url).pathname === target.pathname) ?? windows[0];
    if (!open) return self.clients.openWindow(target.href);
    await open.focus();
    if (open.url !== target.href) await open.navigate(target.href).catch(() => self.clients.openWindow(target.href));
  })());
});
