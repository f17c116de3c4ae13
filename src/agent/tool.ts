import { z } from 'zod';
import type { Spent } from '#agent/step.ts';
import type { ToolResultContent, ToolUseBlock } from '#protocol/message.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { Reply } from '#protocol/reply.ts';

/** What a call can touch: nothing, the session's own workspace, or the world (never repeated silently). */
export type ToolEffects = 'reads' | 'workspace' | 'outward';

export type ToolOutput = string | readonly ToolResultContent[];

export interface ToolContext {
  /** Aborts when the user cancels or the tool's deadline passes. */
  readonly signal: AbortSignal;
  readonly toolUseId: string;
  /** What a person gave to this call, where it waited for one. */
  readonly reply?: Reply | undefined;
  /** To be told of what the call costs beside its time, also if it fails after that. */
  readonly spend?: ((spent: Spent) => void) | undefined;
}

export interface WaitingCall {
  readonly call: ToolUseBlock;
  /** A call that asks by itself, or one that needs consent. */
  readonly needs: 'answer' | 'consent';
}

/** Longer than any tool's own limit, so that a tool which never returns cannot hold a turn for ever. */
const DEADLINE_MS = 11 * 60_000;

/** A tool as the core sees it: its input is checked by `prepare`, so what `run` gets is already parsed. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly effects: ToolEffects;
  /** The call waits for a person before it runs: `run` then finds the reply in its context. */
  readonly waits: boolean;
  /** How long a call may take; Infinity for one that has limits of its own inside. */
  readonly deadlineMs: number;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  prepare(input: unknown): Result<(context: ToolContext) => Promise<ToolOutput>, string>;
}

/** A tool may fail on purpose with words we chose. The model and the user read them: never provider text or secrets. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
  /** Whether the call may have taken effect all the same: of an outward one, the model and the user are told so. */
  readonly endUnknown: boolean;

  constructor(message: string, { endUnknown = false } = {}) {
    super(message);
    this.endUnknown = endUnknown;
  }
}

/** Thrown by a call that cannot go on before a person has replied to a call that was made inside it. */
export class ToolWaits extends Error {
  override readonly name = 'ToolWaits';
  readonly calls: readonly WaitingCall[];

  constructor(calls: readonly WaitingCall[]) {
    super('waits for a person');
    this.calls = calls;
  }
}

export function defineTool<Input extends z.ZodObject>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly effects: ToolEffects;
  readonly waits?: boolean;
  readonly deadlineMs?: number;
  run(input: z.output<Input>, context: ToolContext): Promise<ToolOutput>;
}): Tool {
  return {
    name: definition.name,
    description: definition.description,
    effects: definition.effects,
    waits: definition.waits ?? false,
    deadlineMs: definition.deadlineMs ?? DEADLINE_MS,
    inputSchema: jsonSchemaOf(definition.input),
    prepare(input) {
      const parsed = definition.input.safeParse(input);
      return parsed.success
        ? succeed((context: ToolContext) => definition.run(parsed.data, context))
        : fail(z.prettifyError(parsed.error));
    },
  };
}

const jsonSchemas = new WeakMap<z.ZodObject, Tool['inputSchema']>();

/** Made once for each schema: tools are made anew for each session, some for each turn. */
function jsonSchemaOf(input: z.ZodObject): Tool['inputSchema'] {
  const known = jsonSchemas.get(input) ?? z.toJSONSchema(input, { io: 'input', target: 'draft-7' });
  jsonSchemas.set(input, known);
  return known;
}
