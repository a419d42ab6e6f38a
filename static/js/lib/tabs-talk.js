// What tabs of one browser tell each other: a room was read, a draft grew, the outbox changed.

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('kontor') : null;

/** Tells the other tabs; `t` names what. */
export const tellTabs = (message) => channel?.postMessage(message);

/** Hears what other tabs tell under the name `t`. */
export const hearTabs = (t, run) => channel?.addEventListener('message', ({ data }) => { if (data?.t === t) run(data); });
