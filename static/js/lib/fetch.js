// Talking to the own server: CSRF header on every change, problem+json turned into an error and, unless `quiet`, into a toast.
import { fromServer } from './html.js';
import { toast } from './toast.js';
import { word } from './words.js';

/** What the server refused: `status`, `problem` (RFC 9457) and `fields` (field → message). Status 0: no connection. */
export class ApiError extends Error {
  constructor(status, problem = {}) {
    super(problem.detail || problem.title || word(said[status] ?? 'failed'));
    this.status = status;
    this.problem = problem;
    this.fields = Object.fromEntries((problem.errors ?? []).map((error) => [error.field, error.message]));
  }
}
const said = { 0: 'offline', 401: 'signed-out', 403: 'forbidden', 404: 'not-found', 409: 'conflict', 429: 'too-many' };

async function request(method, url, { body, accept, quiet = false, signal, key }) {
  const target = new URL(url, location.href);
  if (target.origin !== location.origin) throw new TypeError(`not our server: ${target.origin}`);
  const headers = { Accept: accept };
  if (method !== 'GET') headers['X-CSRF-Token'] = document.querySelector('meta[name=csrf]')?.content ?? '';
  if (key) headers['Idempotency-Key'] = key;
  if (body && !(body instanceof FormData) && !(body instanceof URLSearchParams)) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(target, { method, headers, body, signal, credentials: 'same-origin' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw tell(new ApiError(0), quiet);
  }
  if (response.ok) return response;
  const isProblem = response.headers.get('Content-Type')?.includes('json');
  throw tell(new ApiError(response.status, isProblem ? await response.json().catch(() => ({})) : {}), quiet);
}

function tell(error, quiet) {
  if (!quiet) toast(error.message, { kind: 'bad' });
  return error;
}

/** api('POST', '/api/v1/threads/1/posts', { body: 'Text' }) → parsed JSON, or null for an empty answer. Options: quiet, signal, key (Idempotency-Key). */
export async function api(method, url, body, options = {}) {
  const response = await request(method, url, { ...options, body, accept: 'application/json' });
  return response.status === 204 ? null : response.json();
}

/** Sends a form (FormData, URLSearchParams) and follows to the answer, whatever it is. */
export const post = (url, form, options = {}) => request('POST', url, { ...options, body: form, accept: 'text/html' });

/** A part of a page that our server rendered, as nodes. With `form`, as the answer to a POST. */
export async function fragment(url, { form, ...options } = {}) {
  const response = await request(form ? 'POST' : 'GET', url, { ...options, body: form, accept: 'text/html' });
  const isOurs = new URL(response.url).origin === location.origin && response.headers.get('Content-Type')?.startsWith('text/html');
  if (!isOurs) throw new TypeError('not a fragment of our server');
  const text = await response.text();
  // Of a whole page only its part is wanted: its head names scripts, which a fragment must not.
  const isPage = /^\s*<!doctype/i.test(text);
  return fromServer(isPage ? text.slice(text.indexOf('<main'), text.lastIndexOf('</main>') + 7) : text);
}
