import type { BetaCompactionConfig } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { Settings } from '#protocol/settings.ts';
import type { Provider } from '#model/providers.ts';

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
