import type { Usage } from '#protocol/message.ts';

/** US dollars per million tokens. */
interface Rates {
  readonly input: number;
  readonly output: number;
  /** Into the five-minute cache, the only one we use. */
  readonly cacheWrite: number;
  readonly cacheRead: number;
}

export interface ModelFacts {
  readonly contextWindow: number;
  /** Most tokens one answer may have, thinking included. */
  readonly maxOutput: number;
  /** Whether it decides by itself how much to think, and can tell about it. Such a model takes an effort, and no budget. */
  readonly adaptiveThinking: boolean;
  /** How it is told not to think, if it can be. */
  readonly thinkingOff?: 'disabled' | 'between_tools';
  readonly rates: Rates;
  /** Where a long prompt costs more, all of it does. */
  readonly longPrompt?: { readonly over: number; readonly rates: Rates };
}

const rates = (input: number, output: number, cacheReadShare = 0.1): Rates => ({
  input,
  output,
  cacheWrite: input * 1.25,
  cacheRead: input * cacheReadShare,
});

const current = { contextWindow: 1_000_000, maxOutput: 128_000, adaptiveThinking: true };

/**
 * As of October 2026: https://platform.claude.com/docs/en/about-claude/models/overview, /pricing, and what each model
 * takes for `thinking` in /docs/en/build-with-claude/thinking.
 */
const known: ReadonlyMap<string, ModelFacts> = new Map(
  Object.entries<ModelFacts>({
    'claude-haiku-5-5': {
      ...current,
      thinkingOff: 'disabled',
      rates: rates(0.1, 0.5),
      longPrompt: { over: 100_000, rates: rates(0.5, 2.5) },
    },
    'claude-sonnet-5-5': { ...current, thinkingOff: 'between_tools', rates: rates(2, 10, 0.05) },
    'claude-opus-5-5': { ...current, rates: rates(4, 20, 0.05) },
    'claude-sonnet-5': { ...current, thinkingOff: 'disabled', rates: rates(2, 10) },
    'claude-opus-5': { ...current, thinkingOff: 'disabled', rates: rates(5, 25) },
    'claude-haiku-4-5': {
      contextWindow: 200_000,
      maxOutput: 64_000,
      adaptiveThinking: false,
      thinkingOff: 'disabled',
      rates: rates(1, 5),
    },
  }),
);

/** A dated id is the same model as the id without its date. */
export const modelFacts = (id: string): ModelFacts | undefined => known.get(id.replace(/-\d{8}$/, ''));

/** 10 dollars for a thousand, whatever the model. Pages that are fetched cost their tokens only. */
const WEB_SEARCH_DOLLARS = 0.01;

/** US dollars for one call; tokens of a model whose price is unknown count as 0. */
export const costOf = (id: string, usage: Usage): number =>
  tokenCost(id, usage) + (usage.server_tool_use?.web_search_requests ?? 0) * WEB_SEARCH_DOLLARS;

function tokenCost(id: string, usage: Usage): number {
  const facts = modelFacts(id);
  if (facts === undefined) return 0;
  const prompt = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;
  const { longPrompt } = facts;
  const price = longPrompt !== undefined && prompt > longPrompt.over ? longPrompt.rates : facts.rates;
  const millionths =
    usage.input_tokens * price.input +
    usage.output_tokens * price.output +
    usage.cache_creation_input_tokens * price.cacheWrite +
    usage.cache_read_input_tokens * price.cacheRead;
  return millionths / 1_000_000;
}
