import { fits } from '#agent/permissions.ts';
import type { Tool } from '#agent/tool.ts';
import { noObjection, type HookAnswer } from '#protocol/hook.ts';

/** Tools that reach the network, beside those of MCP servers and those that are outward. */
const networkTools: ReadonlySet<string> = new Set(['WebFetch', 'WebSearch']);

type Rule = (tool: Pick<Tool, 'name' | 'effects'>) => HookAnswer;

const ask: HookAnswer = { ...noObjection, decision: 'ask' };
const deny = (reason: string): HookAnswer => ({ ...noObjection, decision: 'deny', reason });

/** The checks that are built in. They look at what a tool is, not at how its input is spelled. */
const rules = {
  /** What leaves this house needs the user's consent, whatever the mode. */
  'confirm-outward': (tool) => (tool.effects === 'outward' ? ask : noObjection),
  'no-network': (tool) =>
    tool.effects === 'outward' || networkTools.has(tool.name) || tool.name.startsWith('mcp__')
      ? deny(
          'This agent works without the network. Do it with what is in the workspace, or say that you cannot.',
        )
      : noObjection,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
export const ruleNames = ['confirm-outward', 'no-network'] as const satisfies readonly RuleName[];

export const askRule = (name: RuleName, tool: Pick<Tool, 'name' | 'effects'>): HookAnswer =>
  rules[name](tool);

/** Whether a tool's name fits `Bash|mcp__*`; without a pattern each does. */
export const fitsMatcher = (matcher: string | undefined, name: string): boolean =>
  matcher === undefined || matcher.split('|').some((pattern) => fits(pattern, name));
