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

const HOUR = 3_600_000;
const question = (session: string | null, rest: Record<string, string | number> = {}) => ({
  table: 'question',
  row: { tool_use_id: crypto.randomUUID(), body: '{}', session_id: session, ...rest },
});
const sent = (id: number, state = 'sent') => ({
  table: 'outbox',
  row: { id, created_at: NOW - HOUR, kind: 'answer', content: '', piece: '', state, sent_at: NOW - HOUR },
});
const came = (text: string, { at = NOW - 2 * HOUR, ...rest }: Record<string, string | number> = {}) => ({
  table: 'inbox',
  row: {
    at,
    message: JSON.stringify({ ...message('chat', text), ...(text === '' ? { choice: '1:0:0' } : {}) }),
    ...rest,
  },
});
const soon = NOW + 500;

test.each([
  { name: 'a question that nobody answers', rows: [question(null, { outbox_id: 7 }), sent(7)], wake: null },
  {
    name: 'words of before it was asked',
    rows: [question(null, { outbox_id: 7 }), sent(7), came('hm')],
    wake: null,
  },
  {
    name: 'an answer',
    rows: [question(null, { outbox_id: 7 }), sent(7), came('Red', { at: NOW - 9 })],
    wake: soon,
  },
  {
    name: 'a button, whenever it was pressed',
    rows: [question(null, { outbox_id: 7 }), sent(7), came('')],
    wake: soon,
  },
  {
    name: 'a button of somebody else',
    rows: [question(null, { outbox_id: 7 }), sent(7), came('')],
    sender: 'other',
    wake: null,
  },
  {
    name: 'what is no answer',
    rows: [question(null, { outbox_id: 7 }), sent(7), came('a file', { at: NOW - 9, kept: 1 })],
    wake: null,
  },
  {
    name: 'a word where the question could not be delivered',
    rows: [question(null, { outbox_id: 7 }), sent(7, 'refused'), came('hm')],
    wake: soon,
  },
  { name: 'a command that is being answered', rows: [came('/status', { command: 'status' })], wake: soon },
  {
    name: 'a command that broke',
    rows: [came('/status', { command: 'status', due: NOW + 8000 })],
    wake: NOW + 8000,
  },
  { name: '/new, for when the turn has ended', rows: [came('/new', { command: 'new' })], wake: null },
  { name: 'a question from elsewhere that is to be asked', rows: [question('s')], wake: soon },
  { name: 'one that was asked', rows: [question('s', { outbox_id: 7 }), sent(7)], wake: null },
  {
    name: 'one behind another of its session',
    rows: [question('s', { outbox_id: 7 }), sent(7), question('s')],
    wake: null,
  },
  {
    name: 'one while the turn asks itself',
    rows: [question(null, { outbox_id: 7 }), sent(7), question('s')],
    wake: null,
  },
  {
    name: 'one that could not be delivered, and its person has written',
    rows: [
      question('s', { outbox_id: 7 }),
      sent(7, 'refused'),
      { table: 'seen', row: { key: 'k', at: NOW } },
    ],
    wake: soon,
  },
])('while a turn waits: $name', async ({ rows, sender, wake }) => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '/help')]);
  await isIdle('imessage', chat);
  const found = await inChat('imessage', chat, ({ sql }) => {
    for (const table of ['seen', 'outbox']) sql.exec(`DELETE FROM ${table}`);
    sql.exec(
      `INSERT INTO turn (id, message_id, sender_id, username, session_id, verbosity, is_group, last_message_id, phase, position)
       VALUES (1, 'm', ?, 'u', 'own', 'full', 0, 'm', 'waiting', 0)`,
      sender ?? 'chat',
    );
    for (const { table, row } of rows) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      sql.exec(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, ...Object.values(row));
    }
    const at = nextWake(sql, NOW);
    for (const table of ['turn', 'question', 'inbox', 'outbox', 'seen']) sql.exec(`DELETE FROM ${table}`);
    return at;
  });
  expect(found).toBe(wake);
});
