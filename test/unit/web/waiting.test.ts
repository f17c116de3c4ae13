import { expect, test } from 'vitest';
import { parseClientMessage } from '#protocol/client-message.ts';
import { replyFrame, type Waiting } from '#web/core/waiting.ts';

const rejected = { approved: false, feedback: 'no' };
const cases: { waiting: Waiting; reply: object }[] = [
  {
    waiting: { kind: 'question', id: 'x', questions: [], reply: { 'Which?': ['Red', 'Other: Green'] } },
    reply: { kind: 'answers', answers: { 'Which?': ['Red', 'Other: Green'] } },
  },
  {
    waiting: { kind: 'question', id: 'x', questions: [], reply: {} },
    reply: { kind: 'answers', answers: {} },
  },
  {
    waiting: { kind: 'plan', id: 'x', plan: '# P', reply: rejected },
    reply: { kind: 'decision', ...rejected },
  },
  {
    waiting: { kind: 'approval', id: 'x', tool: 'Bash', input: {}, reply: rejected },
    reply: { kind: 'decision', ...rejected },
  },
];

test.each(cases)('the server reads what the page replies to a $waiting.kind', ({ waiting, reply }) => {
  const frame = JSON.stringify(replyFrame(waiting));
  expect(parseClientMessage(frame)).toEqual({ ok: true, value: { type: 'reply', toolUseId: 'x', reply } });
});

test('without a reply there is nothing to tell', () => {
  expect(replyFrame({ kind: 'plan', id: 'x', plan: '', reply: null })).toBeNull();
});
