import { expect, test } from 'vitest';
import { noUsage } from '#protocol/message.ts';
import { costOf, modelFacts } from '#model/prices.ts';

const million = 1_000_000;

test.each([
  { name: 'input', model: 'claude-sonnet-5-5', usage: { input_tokens: million }, dollars: 2 },
  { name: 'output', model: 'claude-sonnet-5-5', usage: { output_tokens: million }, dollars: 10 },
  {
    name: 'cache write',
    model: 'claude-sonnet-5-5',
    usage: { cache_creation_input_tokens: million },
    dollars: 2.5,
  },
  {
    name: 'cache read',
    model: 'claude-sonnet-5-5',
    usage: { cache_read_input_tokens: million },
    dollars: 0.1,
  },
  {
    name: 'haiku, short prompt',
    model: 'claude-haiku-5-5',
    usage: { input_tokens: 100_000, output_tokens: million },
    dollars: 0.51,
  },
  {
    name: 'haiku, long prompt',
    model: 'claude-haiku-5-5',
    usage: { input_tokens: 100_001, output_tokens: million },
    dollars: 2.5500005,
  },
  {
    name: 'haiku, long by what was cached',
    model: 'claude-haiku-5-5',
    usage: { cache_read_input_tokens: million },
    dollars: 0.05,
  },
  { name: 'a dated id', model: 'claude-haiku-4-5-20251001', usage: { input_tokens: million }, dollars: 1 },
  {
    name: 'searches, beside tokens',
    model: 'claude-sonnet-5-5',
    usage: { input_tokens: million, server_tool_use: { web_search_requests: 3, web_fetch_requests: 5 } },
    dollars: 2.03,
  },
  { name: 'an unknown model', model: 'qwen3-coder', usage: { input_tokens: million }, dollars: 0 },
  {
    name: 'a name that objects have anyway',
    model: 'toString',
    usage: { input_tokens: million },
    dollars: 0,
  },
])('$name costs $dollars', ({ model, usage, dollars }) => {
  expect(costOf(model, { ...noUsage, ...usage })).toBeCloseTo(dollars, 9);
});

test.each([
  { model: 'claude-opus-5-5', tokens: 1_000_000 },
  { model: 'claude-haiku-4-5', tokens: 200_000 },
  { model: 'qwen3-coder', tokens: undefined },
])('$model holds $tokens tokens', ({ model, tokens }) => {
  expect(modelFacts(model)?.contextWindow).toBe(tokens);
});
