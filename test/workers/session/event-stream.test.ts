import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { consoleLog } from '#lib/log.ts';
import { Clients } from '#session/clients.ts';
import { EventStream } from '#session/event-stream.ts';

test('a message is shown as finished only when it is stored, so that a crash cannot bring it twice', async () => {
  await runInDurableObject(env.CHAT_SESSION.getByName('someone/stream'), (_, context) => {
    const clients = new Clients(context, systemClock);
    const shown: string[] = [];
    clients.addReader({ send: ({ type }) => shown.push(type), close: () => {} });
    const stream = new EventStream({ clients, log: consoleLog, position: 0 });

    stream.emit({ type: 'text_delta', text: 'I look. ' });
    stream.emit({ type: 'assistant_text', text: 'I look. ' });
    stream.emit({ type: 'tool_use', id: 'call', name: 'Read', input: {} });
    expect(shown).toEqual(['text_delta']);
    stream.settle();
    expect(shown).toEqual(['text_delta', 'assistant_text', 'tool_use']);
    stream.emit({ type: 'tool_result', tool_use_id: 'call', content: 'x', is_error: false });
    expect(shown.at(-1)).toBe('tool_result');
  });
});

test('what was masked is logged under the name of what happened', async () => {
  await runInDurableObject(env.CHAT_SESSION.getByName('someone/stream'), (_, context) => {
    const line = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const stream = new EventStream({
      clients: new Clients(context, systemClock),
      log: consoleLog,
      position: 0,
    });
    const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
    stream.emit({ type: 'tool_result', tool_use_id: 'call', content: secret, is_error: false });
    expect(line.mock.calls).toEqual([
      ['{"level":"warn","event":"redacted","outlet":"stream","type":"tool_result"}'],
    ]);
    line.mockRestore();
  });
});
