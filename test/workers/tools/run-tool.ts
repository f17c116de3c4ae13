import type { Tool, ToolOutput } from '#agent/tool.ts';

/** Calls a tool as the core does; input that the schema refuses is thrown as text. */
export async function runTool(
  tool: Tool,
  input: unknown,
  signal: AbortSignal = new AbortController().signal,
): Promise<ToolOutput> {
  const call = tool.prepare(input);
  if (!call.ok) throw new Error(call.problem);
  return call.value({ signal, toolUseId: 'toolu_test' });
}

export async function runForText(...call: Parameters<typeof runTool>): Promise<string> {
  const output = await runTool(...call);
  if (typeof output !== 'string') throw new Error('the tool answered with blocks');
  return output;
}
