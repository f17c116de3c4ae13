import { z } from 'zod';

/** When a hook is asked. */
export const HookEvent = z.enum(['PreToolUse', 'PostToolUse', 'UserPromptSubmit', 'Stop']);
export type HookEvent = z.infer<typeof HookEvent>;

/** More than a rule has to say; it is kept in the transcript and read by the model on each later turn. */
const MAX_REASON = 2_000;
const MAX_CONTEXT = 10_000;

const words = (most: number) =>
  z
    .string()
    .nullish()
    .transform((value) => (value ?? '').trim().slice(0, most));

/** What the endpoint of a hook may answer; everything may be left out, and then there is no objection. */
export const HookAnswer = z.object({
  decision: z
    .enum(['allow', 'ask', 'deny'])
    .nullish()
    .transform((value) => value ?? 'allow'),
  reason: words(MAX_REASON),
  /** `PreToolUse`: the call runs with this input instead of its own. */
  updated_input: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((value) => value ?? undefined),
  /** For the model to read. */
  additional_context: words(MAX_CONTEXT),
});
export type HookAnswer = z.infer<typeof HookAnswer>;

export const noObjection: HookAnswer = {
  decision: 'allow',
  reason: '',
  updated_input: undefined,
  additional_context: '',
};

/** What is sent to the endpoint, beside `event`, `session_id`, `agent_id` and `username`. */
export type HookSubject =
  | {
      readonly event: 'PreToolUse';
      readonly tool_use_id: string;
      readonly tool_name: string;
      readonly tool_input: Readonly<Record<string, unknown>>;
    }
  | {
      readonly event: 'PostToolUse';
      readonly tool_use_id: string;
      readonly tool_name: string;
      readonly tool_input: Readonly<Record<string, unknown>>;
      readonly tool_output: string;
      readonly is_error: boolean;
    }
  | { readonly event: 'UserPromptSubmit'; readonly prompt: string }
  | { readonly event: 'Stop'; readonly answer: string };
