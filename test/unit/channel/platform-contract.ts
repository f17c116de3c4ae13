import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Address, OutboundContent, OutboundPiece, Platform, WebhookRequest } from '#channel/platform.ts';
import type { FakePlatform, PlatformAnswer } from '#test/support/fake-platforms/fake-platform.ts';
import { markdownText } from '#test/support/markdown-text.ts';

/** One of our messengers beside its fake server. */
export interface PlatformUnderTest {
  readonly name: string;
  /** With a short time limit for calls, since some are never answered. */
  start(): Promise<{ readonly platform: Platform; readonly fake: FakePlatform }>;
  /** What proves that this body comes from the platform. */
  sign(body: Uint8Array): Promise<Pick<WebhookRequest, 'headers' | 'query'>>;
  /** False where a secret beside the body is all there is. */
  readonly signsBody: boolean;
  readonly address: Address;
  /** What a piece says to its reader, without marks that are not shown. */
  readText(piece: OutboundPiece): string;
  /** Expects what the platform demands of each piece. */
  expectFit(piece: OutboundPiece): void;
  /** Answers to a message, and what they mean. */
  readonly answers: readonly (readonly [name: string, answer: PlatformAnswer, outcome: object])[];
  /** Puts a file of a user on the server, for `openMedia`, and gives its reference where that is another. */
  addMedia(fake: FakePlatform, reference: string, bytes: Uint8Array): string | undefined;
}

const Fixture = z.object({ payload: z.unknown(), events: z.array(z.record(z.string(), z.unknown())) });
const utf8 = new TextEncoder();
const body = utf8.encode('{"hello":"wörld"}');
const noFile = () => Promise.reject(new Error('no file'));

export function describePlatform(subject: PlatformUnderTest): void {
  // Hundreds of calls over HTTP, beside other files' tests
  vi.setConfig({ testTimeout: 30_000 });
  const folder = `test/fixtures/${subject.name}`;
  const fixtures = readdirSync(folder).map((name) => ({
    name: name.replace('.json', ''),
    ...Fixture.parse(JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))),
  }));
  let platform: Platform;
  let fake: FakePlatform;
  beforeAll(async () => {
    ({ platform, fake } = await subject.start());
  });
  afterAll(() => fake.close());

  const sendAll = async (
    content: OutboundContent,
    bytes = new Uint8Array(content.kind === 'file' ? content.file.size : 0),
  ) => {
    const outcomes = [];
    for (const piece of platform.format(content)) {
      // As it comes out of the outbox
      const stored: OutboundPiece = JSON.parse(JSON.stringify(piece));
      expect(stored).toEqual(piece);
      outcomes.push(await platform.send(stored, subject.address, async () => new Blob([bytes]).stream()));
    }
    return outcomes;
  };
  const say = async (markdown = 'hi') => (await sendAll({ kind: 'text', markdown }))[0];

  describe('verify', () => {
    test('accepts what is signed', async () => {
      expect(await platform.verify({ body, ...(await subject.sign(body)) })).toBe(true);
    });

    test('refuses what is not', async () => {
      const query = new URLSearchParams();
      expect(await platform.verify({ body, headers: {}, query })).toBe(false);
    });

    test('refuses a proof of which a character differs, or is missing, or too many', async () => {
      const { headers, query } = await subject.sign(body);
      const changed = (value: string) => [
        `${value}0`,
        value.slice(0, -1),
        '',
        ...Array.from(
          value,
          (sign, at) => value.slice(0, at) + (sign === '0' ? '1' : '0') + value.slice(at + 1),
        ),
      ];
      for (const [name, value] of Object.entries(headers)) {
        for (const other of changed(value)) {
          expect(await platform.verify({ body, headers: { ...headers, [name]: other }, query })).toBe(false);
        }
      }
      for (const [name, value] of query) {
        for (const other of changed(value)) {
          const otherQuery = new URLSearchParams({ ...Object.fromEntries(query), [name]: other });
          expect(await platform.verify({ body, headers, query: otherQuery })).toBe(false);
        }
      }
    });

    test.runIf(subject.signsBody)('refuses a body of which any byte differs', async () => {
      const proof = await subject.sign(body);
      for (const at of body.keys()) {
        const tampered = body.map((byte, index) => (index === at ? byte ^ 1 : byte));
        expect(await platform.verify({ body: tampered, ...proof })).toBe(false);
      }
    });
  });

  describe('parse', () => {
    test.each(fixtures)('$name', ({ payload, events }) => {
      expect(platform.parse(payload)).toEqual(events);
      expect(platform.parse(payload)).toEqual(events);
    });

    test('each message has a key of its own', () => {
      const keys = fixtures.flatMap(({ payload }) =>
        platform.parse(payload).flatMap((event) => ('key' in event ? [event.key] : [])),
      );
      expect(keys.length).toBeGreaterThan(3);
      expect(new Set(keys).size).toBe(keys.length);
    });

    test('what has another form is nothing, and never a crash', () => {
      fc.assert(
        fc.property(fc.anything(), (payload) => {
          expect(platform.parse(payload)).toEqual([]);
        }),
      );
    });

    test('a payload of which a part is of another form is never a crash', () => {
      const parts = fc.constantFrom<unknown>(null, 0, '', 'x', [], {}, [null], { id: 1 }, -1.5, true);
      fc.assert(
        fc.property(fc.constantFrom(...fixtures), fc.nat({ max: 200 }), parts, (fixture, at, part) => {
          const payload: unknown = replaceNode(fixture.payload, at, part);
          expect(Array.isArray(platform.parse(payload))).toBe(true);
        }),
        { numRuns: 500 },
      );
    });
  });

  describe('format', () => {
    test('every word of any Markdown is said, in order, in pieces that fit', () => {
      fc.assert(
        fc.property(markdownText(), ({ markdown, words }) => {
          const pieces = platform.format({ kind: 'text', markdown });
          expect(pieces.length).toBeGreaterThan(0);
          for (const piece of pieces) subject.expectFit(piece);
          const said = pieces.map((piece) => subject.readText(piece)).join(' ');
          expect(said.match(/w\d+w/g) ?? []).toEqual(words);
        }),
      );
    });

    test('every word of any question and of its choices is said, in pieces that fit, with buttons and without', () => {
      const most = fc.integer({ min: 1, max: 25 });
      fc.assert(
        fc.property(
          markdownText(),
          fc.array(fc.tuple(most, fc.nat({ max: 25 })), { minLength: 1, maxLength: 14 }),
          (question, sizes) => {
            const { markdown, words } = question;
            const choices = sizes.map(([label, description], index) => ({
              id: `question:${index}`,
              label: Array.from({ length: label }, (_, at) => `l${index}n${at}l`).join(' '),
              description: Array.from({ length: description }, (_, at) => `d${index}n${at}d`).join(' '),
            }));
            const pieces = platform.format({ kind: 'choices', markdown, choices });
            const before = pieces.slice(0, -1);
            const { instead = [] } = pieces.at(-1) ?? {};
            for (const piece of [...pieces, ...instead]) subject.expectFit(piece);
            for (const form of instead.length === 0 ? [pieces] : [pieces, [...before, ...instead]]) {
              const said = form.map((piece) => subject.readText(piece)).join(' ');
              expect(said.match(/w\d+w/g) ?? []).toEqual(words);
              const all = `${said} ${JSON.stringify(form.map(({ request }) => request))}`;
              // Without buttons, what a choice means may have been said before
              const needed = choices.flatMap(
                ({ label, description }) => `${label} ${description}`.match(/[ld]\w+/g) ?? [],
              );
              expect(needed.filter((word) => !new RegExp(`\\b${word}\\b`).test(all))).toEqual([]);
            }
          },
        ),
      );
    });

    test('any text fits, without half a character', () => {
      const signs = fc.constantFrom(
        'a',
        'b ',
        '\n',
        '😀',
        '*',
        '**',
        '_',
        '`',
        '```\n',
        '> ',
        '- ',
        '|',
        'ữ',
        '#',
      );
      fc.assert(
        fc.property(fc.array(signs, { maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (part, times) => {
          const pieces = platform.format({ kind: 'text', markdown: part.join('').repeat(times) });
          expect(pieces.length).toBeGreaterThan(0);
          for (const piece of pieces) subject.expectFit(piece);
        }),
      );
    });

    test('a text of a hundred thousand marks is no work for a minute', () => {
      const start = process.cpuUsage().user;
      platform.format({ kind: 'text', markdown: '**a** `b` _c_ [d](https://e.f) '.repeat(8000) });
      platform.format({ kind: 'text', markdown: '**a** `b`\n'.repeat(8000) });
      platform.format({ kind: 'text', markdown: `${'*_'.repeat(20_000)}${'['.repeat(20_000)}` });
      expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(10);
    });

    test('the platform takes all of it', async () => {
      await fc.assert(
        fc.asyncProperty(markdownText(), async ({ markdown }) => {
          for (const outcome of await sendAll({ kind: 'text', markdown })) {
            expect(outcome).toMatchObject({ kind: 'sent' });
          }
        }),
        { numRuns: 25 },
      );
    });

    test('the platform takes questions of any size', async () => {
      const label = fc.string({
        unit: fc.constantFrom('a', 'B', ' ', '*', 'ế', '😀'),
        minLength: 1,
        maxLength: 90,
      });
      const choice = fc.record({ label, description: fc.oneof(fc.constant(''), label) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(choice, { minLength: 1, maxLength: 14 }),
          fc.integer({ min: 1, max: 6000 }),
          async (given, length) => {
            const choices = given.map((one, index) => ({ id: `question:${index}`, ...one }));
            const outcomes = await sendAll({ kind: 'choices', markdown: 'x '.repeat(length), choices });
            for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'sent' });
          },
        ),
        { numRuns: 60 },
      );
    });

    test('a text without words is still a message', async () => {
      for (const markdown of ['', ' \n ', '[a]: https://b.c', '> ', '```\n```', '-', '&nbsp;']) {
        expect((await sendAll({ kind: 'text', markdown })).map(({ kind }) => kind)).toEqual(['sent']);
      }
    });
  });

  describe('send', () => {
    test('a message that is taken has an id', async () => {
      const before = fake.messages.length;
      const outcome = await say();
      expect(fake.messages.length).toBe(before + 1);
      expect(outcome).toEqual({ kind: 'sent', messageId: fake.messages.at(-1)?.id });
      expect(fake.messages.at(-1)).toMatchObject({ chatId: subject.address.chatId, text: 'hi' });
    });

    test.each(subject.answers)('%s', async (_name, answer, outcome) => {
      const before = fake.messages.length;
      fake.failNext(...Array.from({ length: 3 }, () => ({ kind: 'answer', answer }) as const));
      try {
        expect(await say('no marks')).toMatchObject(outcome);
      } finally {
        fake.clearFaults();
      }
      expect(fake.messages.length).toBe(before);
    });

    test('a connection that is cut leaves the end unknown, whether it was taken or not', async () => {
      const before = fake.messages.length;
      fake.failNext({ kind: 'cut', when: 'before' });
      expect(await say()).toMatchObject({ kind: 'unknown' });
      expect(fake.messages.length).toBe(before);
      fake.failNext({ kind: 'cut', when: 'after' });
      expect(await say()).toMatchObject({ kind: 'unknown' });
      expect(fake.messages.length).toBe(before + 1);
    });

    test('so does a time-out', async () => {
      fake.failNext({ kind: 'hang' });
      expect(await say()).toMatchObject({ kind: 'unknown' });
    });

    test('no outcome tells an address, a token or what the server said', async () => {
      const secret = /777:token|wa-token|https?:|127\.0\.0\.1|failed|Bad Request/;
      for (const fault of [{ kind: 'cut', when: 'before' }, { kind: 'hang' }] as const) {
        fake.failNext(fault);
        expect(JSON.stringify(await say())).not.toMatch(secret);
      }
    });

    test('a file comes as it is, or is not supported', async () => {
      for (const mimeType of [
        'image/png',
        'image/webp',
        'image/gif',
        'audio/ogg',
        'audio/mpeg',
        'video/mp4',
        'text/csv',
        'application/pdf',
        'application/zip',
        'text/plain; charset=utf-8',
        'nonsense',
      ]) {
        const bytes = utf8.encode(`content of ${mimeType}`);
        const file = { name: 'wörk file.bin', mimeType, size: bytes.length };
        const before = fake.messages.length;
        const [outcome] = await sendAll({ kind: 'file', file, caption: 'here' }, bytes);
        if (outcome?.kind === 'unsupported') {
          expect(fake.messages.slice(before).filter((message) => message.file !== null)).toEqual([]);
        } else {
          expect(outcome).toMatchObject({ kind: 'sent' });
          const taken = fake.messages.slice(before).find((message) => message.file !== null);
          expect(taken?.file?.bytes).toEqual(bytes);
        }
      }
    });

    test('a file that cannot be read is tried again', async () => {
      const file = { name: 'a.pdf', mimeType: 'application/pdf', size: 3 };
      const [piece] = platform.format({ kind: 'file', file, caption: '' });
      if (piece === undefined) throw new Error('there is no piece');
      const before = fake.messages.length;
      expect((await platform.send(piece, subject.address, noFile)).kind).toMatch(/retry|unsupported/);
      expect(fake.messages.length).toBe(before);
    });
  });

  test('a typing sign that fails is no one’s problem', async () => {
    fake.faultWith(() => ({ kind: 'cut', when: 'before' }));
    await platform.showTyping(subject.address, 'last');
    fake.faultWith(() => null);
    await platform.showTyping(subject.address, 'last');
  });

  describe('openMedia', () => {
    const media = { kind: 'document', fileName: null, mimeType: 'application/pdf', size: null } as const;

    test('gives the bytes', async () => {
      const bytes = utf8.encode('of a user');
      const reference = subject.addMedia(fake, 'FILE1', bytes) ?? 'FILE1';
      const opened = await platform.openMedia({ ...media, reference });
      if (!opened.ok) throw new Error(opened.problem);
      expect(opened.value.mimeType).toBe('application/pdf');
      expect(new Uint8Array(await new Response(opened.value.body).arrayBuffer())).toEqual(bytes);
    });

    test('says what the user can do if it does not', async () => {
      const opened = await platform.openMedia({ ...media, reference: 'none' });
      expect(opened).toEqual({ ok: false, problem: expect.stringMatching(/^[A-Z].*\.$/) });
    });
  });
}

/** The payload with its node number `at`, counted depth first, replaced. */
function replaceNode(payload: unknown, at: number, part: unknown): unknown {
  let index = 0;
  return JSON.parse(JSON.stringify(payload), (_key, value: unknown) => {
    index += 1;
    return index === at + 1 ? part : value;
  });
}
