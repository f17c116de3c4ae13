import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeTitle } from '#lib/session-title.ts';

test.each([
  { prompt: 'fix the login bug', expected: 'Fix the login bug' },
  { prompt: 'Hi! Could you please fix the login bug? Thanks', expected: 'Fix the login bug?' },
  {
    prompt: 'Hello Claude,\n\nhelp me to write a haiku about rain, please.',
    expected: 'Write a haiku about rain',
  },
  { prompt: "hey there, I'd like to understand monads", expected: 'Understand monads' },
  { prompt: 'What is a monad? Explain it with examples.', expected: 'What is a monad?' },
  { prompt: 'Use e.g. ripgrep to find TODOs. Then remove them.', expected: 'Use e.g. ripgrep to find TODOs' },
  { prompt: '# Plan\n\nbuild a **small** shop with `hono`', expected: 'Build a small shop with hono' },
  { prompt: '- [ ] read [the docs](https://x.example/a) first', expected: 'Read the docs first' },
  { prompt: '> quoted words here\nmy own', expected: 'Quoted words here' },
  {
    prompt: '```ts\nconst secret = 1;\n```\nwhy does this not compile?',
    expected: 'Why does this not compile?',
  },
  { prompt: 'rename snake_case_name to __init__', expected: 'Rename snake_case_name to init' },
  { prompt: '<b>bold</b> move ahead', expected: 'Bold move ahead' },
  { prompt: 'Hide the canyon', expected: 'Hide the canyon' },
  { prompt: 'All tests fail in CI', expected: 'All tests fail in CI' },
  { prompt: 'there is a leak in the parser', expected: 'There is a leak in the parser' },
  { prompt: 'hello world in Rust', expected: 'Hello world in Rust' },
  { prompt: 'thank you letter for my boss', expected: 'Thank you letter for my boss' },
  { prompt: 'write a note to say thanks', expected: 'Write a note to say thanks' },
  { prompt: 'ok, now add tests, thanks in advance!', expected: 'Now add tests' },
  { prompt: '请求超时怎么办', expected: '请求超时怎么办' },
  { prompt: 'Viết lời cảm ơn', expected: 'Viết lời cảm ơn' },
  { prompt: 'Kubernetes', expected: 'Kubernetes' },
  {
    prompt: '[Voice message, transcribed: "Hi, how tall is the tower? Thanks."]\n[File received: voice.ogg]',
    expected: 'How tall is the tower?',
  },
  {
    prompt: 'write a long story about a lighthouse keeper who collects the sounds of storms',
    expected: 'Write a long story about a lighthouse keeper who collects…',
  },
  { prompt: `look at ${'x'.repeat(100)}`, expected: `Look at ${'x'.repeat(51)}…` },
  {
    prompt: 'Xin chào, bạn có thể giúp tôi viết email xin nghỉ phép không?',
    expected: 'Viết email xin nghỉ phép không?',
  },
  { prompt: 'Chào bạn! Đường phố Hà Nội có gì đẹp ạ', expected: 'Đường phố Hà Nội có gì đẹp' },
  { prompt: 'Hola, ¿puedes traducir este texto?', expected: '¿puedes traducir este texto?' },
  { prompt: 'Bonjour, pouvez-vous résumer ce rapport s’il vous plaît', expected: 'Résumer ce rapport' },
  { prompt: 'Hallo, kannst du bitte die Tests reparieren?', expected: 'Die Tests reparieren?' },
  { prompt: 'Привет! Напиши письмо клиенту, пожалуйста', expected: 'Напиши письмо клиенту' },
  { prompt: '你好，请写一首关于春天的诗。谢谢', expected: '写一首关于春天的诗' },
  { prompt: 'こんにちは。東京の天気を調べてください', expected: '東京の天気を調べてください' },
  { prompt: '안녕하세요, 파이썬 코드를 고쳐 주세요', expected: '파이썬 코드를 고쳐 주세요' },
  { prompt: 'สวัสดี ช่วยเขียนอีเมล', expected: 'ช่วยเขียนอีเมล' },
])('prompt "$prompt"', ({ prompt, expected }) => {
  expect(makeTitle(prompt, 'An answer that is not needed.')).toBe(expected);
});

test.each([
  { prompt: 'hi', answer: 'Hello! How can I help you today?', expected: null },
  {
    prompt: 'hi',
    answer: 'Hello! I am a **general** assistant. How can I help?',
    expected: 'I am a general assistant',
  },
  { prompt: 'thanks!', answer: '', expected: null },
  { prompt: '', answer: 'The picture shows a red bicycle.', expected: 'The picture shows a red bicycle' },
  {
    prompt: 'help',
    answer: 'Sure!\n\n## Getting started with Workers\n\nFirst…',
    expected: 'Getting started with Workers',
  },
  {
    prompt: '```\ncode only\n```',
    answer: 'Certainly! This prints the time.',
    expected: 'This prints the time',
  },
  { prompt: '???', answer: '```\nonly code\n```', expected: null },
  { prompt: 'Xin chào', answer: 'Chào bạn! Tôi là trợ lý lập trình.', expected: 'Tôi là trợ lý lập trình' },
])('prompt "$prompt", answer "$answer"', ({ prompt, answer, expected }) => {
  expect(makeTitle(prompt, answer)).toBe(expected);
});

test('a title is one well-formed line of at most 60 characters', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.string({ maxLength: 300 }),
      (prompt, answer) => {
        const title = makeTitle(prompt, answer);
        if (title === null) return;
        expect(title.length).toBeLessThanOrEqual(60);
        expect(title).toMatch(/^\S(.*\S)?$/u);
        expect(title.isWellFormed()).toBe(true);
      },
    ),
  );
});

test.each(['`', '[', '<a', '*', '_', 'hi ', 'please, ', '(', '> ', '!', '# '])(
  'a megabyte of "%s" takes no time',
  (piece) => {
    const start = performance.now();
    makeTitle(piece.repeat(1_000_000 / piece.length), piece.repeat(1_000_000 / piece.length));
    expect(performance.now() - start).toBeLessThan(1_000);
  },
);
