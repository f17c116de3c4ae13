import { z } from 'zod';
import { ruleNames, type RuleName } from '#agent/hook-rules.ts';
import { HookEvent } from '#protocol/hook.ts';

/** Milliseconds are of no use to who edits a file; more than a minute would hold a turn for a check. */
const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 60;

/** An HTTP endpoint that is asked about something that happens. */
export interface EndpointHook {
  readonly kind: 'endpoint';
  readonly event: HookEvent;
  /** Tool names such as `Bash|mcp__*`; undefined: all. */
  readonly matcher: string | undefined;
  readonly url: string;
  /** With `${NAME}` for variables of the deployment. */
  readonly headers: Readonly<Record<string, string>>;
  /** The variable whose value signs what is sent. */
  readonly secret: string | undefined;
  readonly timeoutMs: number;
  /** What holds when it cannot be asked, or answers with something else. */
  readonly onFailure: 'allow' | 'deny';
}

/** A check that is built in, made before each call that its matcher names. */
export interface RuleHook {
  readonly kind: 'rule';
  readonly event: 'PreToolUse';
  readonly rule: RuleName;
  readonly matcher: string | undefined;
}

export type Hook = EndpointHook | RuleHook;

const toolEvents: ReadonlySet<HookEvent> = new Set(['PreToolUse', 'PostToolUse']);
const deciding: ReadonlySet<HookEvent> = new Set(['PreToolUse', 'UserPromptSubmit']);

const matcher = z
  .string()
  .regex(/^[\w*-]+(\|[\w*-]+)*$/, 'must be tool names with "|" between them, such as Bash|mcp__*')
  .optional();

const endpoint = z
  .strictObject({
    kind: z.literal('endpoint'),
    event: HookEvent,
    matcher,
    url: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })
      .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), 'must hold no user name; use headers'),
    headers: z.record(z.string().regex(/^[\w-]+$/, 'must be the name of a header'), z.string()).default({}),
    secret: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of a variable, such as HOOK_SECRET, not its value')
      .optional(),
    timeout_seconds: z.number().min(1).max(MAX_SECONDS).default(DEFAULT_SECONDS),
    on_failure: z.enum(['allow', 'deny']).optional(),
  })
  .check(({ value, issues }) => {
    const wrong = (path: string, message: string) =>
      issues.push({ code: 'custom', message, path: [path], input: value });
    if (value.matcher !== undefined && !toolEvents.has(value.event))
      wrong('matcher', `${value.event} is about no tool; leave it out`);
    if (value.on_failure === 'deny' && !deciding.has(value.event))
      wrong('on_failure', `${value.event} comes after what happened and can only be "allow"`);
  })
  .transform(({ timeout_seconds, on_failure, matcher, secret, ...rest }): EndpointHook => ({
    ...rest,
    matcher,
    secret,
    timeoutMs: timeout_seconds * 1000,
    onFailure: on_failure ?? (deciding.has(rest.event) ? 'deny' : 'allow'),
  }));

const rule = z
  .strictObject({
    kind: z.literal('rule'),
    rule: z.enum(ruleNames, { error: `must be one of the built-in rules: ${ruleNames.join(', ')}` }),
    matcher,
  })
  .transform(({ kind, rule: name, matcher }): RuleHook => ({
    kind,
    event: 'PreToolUse',
    rule: name,
    matcher,
  }));

/** One entry of `hooks` in `agents.yaml`: a built-in rule, or an endpoint. */
export const hook = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null
      ? { ...value, kind: 'rule' in value ? 'rule' : 'endpoint' }
      : value,
  z.discriminatedUnion('kind', [endpoint, rule], { error: 'must be a rule, or an event with a url' }),
);

/** The names of its fields, for "did you mean". */
export const hookFields = 'hooks event matcher url headers secret timeout_seconds on_failure rule';
