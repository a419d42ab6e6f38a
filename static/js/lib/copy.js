// Copies text, or text together with its HTML (so a letter keeps its links in a mail program), and says so.
import { toast } from './toast.js';
import { word } from './words.js';

/** Plain text to the clipboard; true if it arrived. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

/** HTML and text in one; falls back to the text. */
export async function copyRich(html, text) {
  try {
    const part = (type, value) => [type, new Blob([value], { type })];
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries([part('text/html', html), part('text/plain', text)]))]);
    return true;
  } catch {
    return copyText(text);
  }
}

// Plain http on a home network has no clipboard API; the old command still works there.
function copySelection(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr-only';
  (document.querySelector('dialog:modal') ?? document.body).append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}

/** A button with data-copy or data-copy-from (and data-copy-rich, data-share). Fires `kontor:copied` for whoever counts. */
export async function copyButton(button) {
  const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
  const text = button.dataset.copy ?? (source?.value ?? source?.innerText ?? '').trim();
  if ('share' in button.dataset && navigator.share) {
    await navigator.share({ text, url: button.dataset.shareUrl }).catch(() => {});
    return;
  }
  const copied = 'copyRich' in button.dataset && source ? await copyRich(source.innerHTML, text) : await copyText(text);
  if (!copied) {
    if (source) getSelection().selectAllChildren(source);
    toast(word('copy-failed'), { kind: 'bad' });
    return;
  }
  toast(word('copied'), { seconds: 3 });
  button.dataset.copied = '';
  setTimeout(() => delete button.dataset.copied, 2000);
  button.dispatchEvent(new CustomEvent('kontor:copied', { bubbles: true }));
}
