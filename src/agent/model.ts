import { z } from 'zod';
import type { AssistantBlock, Message, Usage } from '#protocol/message.ts';

/** What the core asks of a language model. Implementations live in `model/`; tests script their own. */
export interface Model {
  /**
   * One model call. Contract: yields text as it comes, each finished thinking block as soon as it is whole, and at
   * the end exactly one `message` or one `failure`. Retries are the implementation's business, and invisible: text
   * that was yielded once is not yielded again. After `signal` aborts it ends, or throws, promptly.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
  /**
   * As `stream`, but the answer is a summary of the messages, made by the provider as `instructions` say; a message
   * without text where it made none. Absent where the provider makes none, undefined where this model is known to make
   * none.
   */
  readonly compact?: (
    request: ModelRequest,
    instructions: string,
    signal: AbortSignal,
  ) => AsyncIterable<ModelPart> | undefined;
}

const noThinking = 'must be off, adaptive or a number of tokens from 1024 on';
export const Thinking = z.union([z.enum(['off', 'adaptive']), z.int(noThinking).min(1024, noThinking)], {
  error: noThinking,
});
/** `off` is as little as the model can; a number is the most tokens it may think, where it takes such a limit. */
export type Thinking = z.infer<typeof Thinking>;

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export const Effort = z.enum(efforts, `must be one of ${efforts.join(', ')}`);
/** How much the model puts into an answer: words, calls and thinking. */
export type Effort = z.infer<typeof Effort>;

export interface ModelRequest {
  /** An alias (`haiku`, `sonnet`, `opus`) or a model id. */
  readonly model: string;
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly messages: readonly Message[];
  /** Undefined: what is usual for the model. */
  readonly thinking?: Thinking | undefined;
  readonly effort?: Effort | undefined;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly input_schema: Readonly<Record<string, unknown>>;
}

export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal' | 'context_full' | 'other';

export type ModelPart =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | {
      readonly type: 'message';
      readonly content: readonly AssistantBlock[];
      readonly stop: StopReason;
      readonly usage: Usage;
      /** The model id that answered. */
      readonly model: string;
      /** US dollars; 0 where the price is unknown. */
      readonly cost: number;
      /** Tokens the model can hold, where known. */
      readonly contextWindow?: number;
      /**
       * Ids of `tool_use` blocks whose input broke off or was no JSON object, and is `{}` now. Never run those: their
       * result is an error that asks for the call again, in smaller parts if `stop` is `max_tokens`.
       */
      readonly incompleteCalls?: readonly string[];
    }
  | { readonly type: 'failure'; readonly kind: ModelFailureKind; readonly text: string };

/** `text` of a failure is ours, made for the user; the provider's own words never get this far. */
export type ModelFailureKind =
  | 'authentication_failed'
  | 'billing_error'
  | 'rate_limit'
  | 'invalid_request'
  /** The messages are more than the model can read at once; fewer of them may pass. */
  | 'context_full'
  /** The request has too many bytes: fewer images and documents may pass. */
  | 'too_large'
  | 'server_error'
  | 'unknown';
