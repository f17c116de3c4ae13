import { expect, test } from 'vitest';
import { nextWake } from '#channel/next-wake.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { inChat, isIdle, newChat } from './chat.ts';

fakePlatform('imessage');

const NOW = 1_760_000_000_000;

const cases = [
  { name: 'nothing', inbox: null, outbox: null, wake: null },
  { name: 'a message that may still grow', inbox: NOW - 200, outbox: null, wake: NOW + 500 },
  // Not at once: while it is being taken, the alarm would ring again and again
  { name: 'a message that is due', inbox: NOW - 30_000, outbox: null, wake: NOW + 500 },
  { name: 'an answer that has to wait', inbox: null, outbox: ['pending', NOW + 9_000], wake: NOW + 9_000 },
  { name: 'an answer that is due', inbox: null, outbox: ['pending', 0], wake: NOW + 500 },
  { name: 'an answer on its way', inbox: null, outbox: ['sending', 0], wake: NOW + 60_000 },
  { name: 'both', inbox: NOW - 400, outbox: ['unclear', NOW + 9_000], wake: NOW + 300 },
] as const;

test.each(cases)('what has to be done wakes the chat: $name', async ({ inbox, outbox, wake }) => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, 'hello')]);
  await isIdle('imessage', chat);
  const found = await inChat('imessage', chat, ({ sql }) => {
    if (inbox !== null) {
      const waiting = JSON.stringify(message(chat, 'and?'));
      sql.exec('INSERT INTO inbox (at, message) VALUES (?, ?)', inbox, waiting);
    }
    if (outbox !== null) {
      const [state, due] = outbox;
      const content = JSON.stringify({ kind: 'text', markdown: 'hi' });
      const piece = JSON.stringify({ request: {}, file: null });
      sql.exec(
        `INSERT INTO outbox (created_at, kind, content, piece, state, due) VALUES (?, 'answer', ?, ?, ?, ?)`,
        NOW,
        content,
        piece,
        state,
        due,
      );
    }
    const at = nextWake(sql, NOW);
    sql.exec('DELETE FROM inbox');
    sql.exec('DELETE FROM outbox');
    return at;
  });
  expect(found).toBe(wake);
});
