// A poll in a message: one click votes, the bars move for everybody.
import { h, on } from '../lib/dom.js';
import { api } from '../lib/fetch.js';

const share = (n, voters) => ({ value: n, max: Math.max(voters, 1) });

/** The form of a poll that came over the line; an event is the same for everybody and knows no own votes. */
export function pollForm(room, m, poll, mayClose) {
  const kind = poll.multi ? 'checkbox' : 'radio';
  const options = poll.options.map((o) => h('label', { class: 'poll-option' },
    h('input', { type: kind, name: 'option', value: o.id, checked: o.mine || null }), h('span', { class: 'poll-label' }, o.label),
    h('span', { class: 'num', 'data-poll-count': o.id }, String(o.n)), h('progress', { ...share(o.n, poll.voters), 'aria-hidden': 'true', 'data-poll-bar': o.id })));
  return h('form', { class: 'poll', method: 'post', action: `/rooms/${room.slug}/m/${m}`, 'data-poll': poll.id, 'data-poll-message': m },
    h('fieldset', { disabled: poll.closed || null }, h('legend', { class: 'sr-only' }, room.texts.tPoll), ...options),
    h('p', { class: 'poll-foot' }, h('span', { class: 'meta', 'data-poll-voters': true }, room.voters(poll.voters)),
      poll.closed ? h('span', { class: 'tag' }, room.texts.tPollClosed) : h('button', { class: 'btn btn-small', type: 'submit' }, room.texts.tPollVote),
      !poll.closed && mayClose ? h('button', { class: 'btn btn-small btn-ghost', type: 'submit', name: 'close', value: '1' }, room.texts.tPollClose) : null));
}

/** Counts as they stand now; own votes stay as they are. */
export function recount(room, form, poll) {
  for (const option of poll.options) {
    const count = form.querySelector(`[data-poll-count="${option.id}"]`);
    if (count) count.textContent = option.n;
    const bar = form.querySelector(`[data-poll-bar="${option.id}"]`);
    if (bar) Object.assign(bar, share(option.n, poll.voters));
  }
  form.querySelector('[data-poll-voters]').textContent = room.voters(poll.voters);
  if (poll.closed && !form.querySelector('fieldset').disabled) {
    form.querySelector('fieldset').disabled = true;
    for (const button of form.querySelectorAll('.poll-foot button')) button.remove();
    form.querySelector('.poll-foot').append(h('span', { class: 'tag' }, room.texts.tPollClosed));
  }
}

/** Votes by a click instead of a page. */
export function polls(room, scope) {
  const vote = (form) => {
    const options = [...form.querySelectorAll('[name=option]:checked')].map((box) => Number(box.value));
    api('PUT', `/api/v1/rooms/${room.id}/messages/${form.dataset.pollMessage}/vote`, { options }).catch(() => {});
  };
  on(scope, 'change', '[data-poll] [name=option]', (box) => vote(box.form));
  scope.addEventListener('submit', (event) => {
    const form = event.target.closest('[data-poll]');
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.submitter?.name === 'close') api('POST', `/api/v1/rooms/${room.id}/messages/${form.dataset.pollMessage}/close`).catch(() => {});
    else vote(form);
  }, { capture: true });
}
