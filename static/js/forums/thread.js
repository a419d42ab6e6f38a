// A thread: likes without a page load, reply and quote into the composer. Every part has a form or a link that works without this script.
import { h, on } from '../lib/dom.js';
import { api } from '../lib/fetch.js';

export default function thread(posts) {
  likes(posts);
  const form = document.querySelector('#reply form');
  if (form) answers(posts, form);
}

function likes(posts) {
  on(posts, 'click', '[data-like]', async (button, event) => {
    event.preventDefault();
    if (button.ariaBusy === 'true') return;
    const wasLiked = button.getAttribute('aria-pressed') === 'true';
    const post = button.closest('.post').dataset.post;
    button.ariaBusy = 'true';
    button.setAttribute('aria-pressed', String(!wasLiked));
    try {
      const { likes: count, liked } = await api(wasLiked ? 'DELETE' : 'PUT', `/api/v1/posts/${post}/like`);
      button.querySelector('[data-likes]').textContent = count.toLocaleString(document.documentElement.lang);
      button.setAttribute('aria-pressed', String(liked));
      button.setAttribute('formaction', `/posts/${post}/${liked ? 'unlike' : 'like'}`);
    } catch {
      button.setAttribute('aria-pressed', String(wasLiked));
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
}

function answers(posts, form) {
  const area = form.querySelector('textarea');
  const note = form.querySelector('[data-replying]');
  const to = form.elements.reply_to;

  const replyTo = (number) => {
    to.value = number;
    note.hidden = !number;
    note.querySelector('span').textContent = `${posts.dataset.tReply} ${number}`;
    area.focus();
  };
  on(posts, 'click', '[data-reply]', (link, event) => {
    event.preventDefault();
    replyTo(link.dataset.reply);
  });
  form.querySelector('[data-no-reply]').addEventListener('click', () => replyTo(''));

  // Text selected in a post can be taken along as a quotation.
  const pill = h('button', { class: 'quote-pill btn btn-small', type: 'button', hidden: true }, posts.dataset.tQuote);
  document.body.append(pill);
  let quoted;
  document.addEventListener('selectionchange', () => {
    const selection = getSelection();
    const text = selection.toString().trim();
    const body = text && selection.anchorNode?.parentElement?.closest('.post-body');
    pill.hidden = !body || !posts.contains(body);
    if (pill.hidden) return;
    quoted = { text, number: body.closest('.post').id.slice(1) };
    const place = selection.getRangeAt(0).getBoundingClientRect();
    pill.style.left = `${Math.max(8, place.left + scrollX)}px`;
    pill.style.top = `${place.bottom + scrollY + 6}px`;
  });
  pill.addEventListener('pointerdown', (event) => event.preventDefault());
  pill.addEventListener('click', () => {
    const quotation = quoted.text.split('\n').map((line) => `> ${line}`).join('\n');
    area.value = `${area.value.trim() ? `${area.value.trimEnd()}\n\n` : ''}${quotation}\n\n`;
    area.dispatchEvent(new Event('input', { bubbles: true }));
    pill.hidden = true;
    replyTo(quoted.number);
  });
}
