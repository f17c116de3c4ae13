import type { BetaCompactionConfig } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { Settings } from '#protocol/settings.ts';
import { nameOf, type Provider } from '#model/providers.ts';

/**
 * The API's own summaries: a request with this field is answered with a summary of its messages, and with nothing else
 * (https://platform.claude.com/docs/en/build-with-claude/compaction-on-demand). Of its two ways to summarise this is
 * the one whose time we choose; the other (`compact_20260112`) begins at 50,000 tokens at the earliest.
 */
export const compactionField = (instructions: string): { readonly compaction: BetaCompactionConfig } => ({
  compaction: { type: 'summarize', instructions },
});

export const compactionHeaders = { 'anthropic-beta': 'compact-2026-09-04' };

export const canCompact = ({ id }: Provider, settings: Settings): boolean =>
  id === 'claude' || (id === 'proxy' && settings.PROXY_COMPACTION);

/**
 * The models that refused to summarise, for as long as this machine lives: most of its sessions are awake for seconds,
 * and would find it out again and again. Whoever is in here by mistake is asked in words, which is nearly as good.
 */
const refusing = new Set<string>();

export const refusesToCompact = (provider: Provider, model: string): boolean =>
  refusing.has(nameOf(provider, model));

export const rememberRefusal = (provider: Provider, model: string): void =>
  void refusing.add(nameOf(provider, model));
