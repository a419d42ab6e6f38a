// A thread: likes without a page load, reply and quote into the composer. Every part has a form or a link that works without this script.
import { h, on } from '../lib/dom.js';
import { api } from '../lib/fetch.js';
import { toast } from '../lib/toast.js';

export default function thread(posts) {
  likes(posts);
  marks(posts);
  keeping(posts);
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

const signs = { thanks: '🙏', idea: '💡', works: '📈', doubt: '🤔' };

// Marks: given and taken back in place; those nobody gave yet come out of the menu.
function marks(posts) {
  const label = (code) => posts.dataset[`t${code[0].toUpperCase()}${code.slice(1)}`];
  const draw = (post, items) => {
    const id = post.dataset.post;
    post.querySelector('[data-marks]').replaceChildren(...items.map(({ mark, count, mine }) => h('button', {
      class: 'mark', form: 'acts', formaction: `/posts/${id}/mark`, name: 'mark', value: mark, 'data-mark': mark, 'aria-pressed': String(mine), title: label(mark),
    }, h('span', { 'aria-hidden': 'true' }, signs[mark]), h('span', { class: 'sr-only' }, `${label(mark)} `), h('span', { 'data-count': true }, String(count)))));
  };
  const give = async (post, code, on_) => {
    const { items } = await api(on_ ? 'PUT' : 'DELETE', `/api/v1/posts/${post.dataset.post}/marks/${code}`);
    draw(post, items);
  };
  on(posts, 'click', '[data-mark]', (button, event) => {
    event.preventDefault();
    give(button.closest('.post'), button.dataset.mark, button.getAttribute('aria-pressed') !== 'true').catch(() => {});
  });
  on(posts, 'click', '[data-mark-menu]', (button) => {
    const open = button.nextElementSibling?.matches('.mark-menu') ? button.nextElementSibling : null;
    if (open) { open.remove(); button.setAttribute('aria-expanded', 'false'); return; }
    const post = button.closest('.post');
    const menu = h('span', { class: 'mark-menu', role: 'group', 'aria-label': button.getAttribute('aria-label') }, ...Object.keys(signs).map((code) => h('button', {
      class: 'mark', type: 'button', title: label(code), 'aria-label': label(code),
      onclick: () => { menu.remove(); button.setAttribute('aria-expanded', 'false'); button.focus(); give(post, code, true).catch(() => {}); },
    }, signs[code])));
    menu.addEventListener('keydown', (event) => { if (event.key === 'Escape') { menu.remove(); button.setAttribute('aria-expanded', 'false'); button.focus(); } });
    button.after(menu);
    button.setAttribute('aria-expanded', 'true');
    menu.firstElementChild.focus();
  });
}

// The star: kept at once; its page has the note and the reminder.
function keeping(posts) {
  on(posts, 'click', '[data-keep]', async (link, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || link.hasAttribute('data-on')) return;
    event.preventDefault();
    try {
      await api('PUT', `/api/v1/posts/${link.closest('.post').dataset.post}/bookmark`, {});
      link.toggleAttribute('data-on', true);
      toast(posts.dataset.tKept);
    } catch { /* The toast has said why. */ }
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
