import { ToolFailure, type Tool, type ToolContext, type ToolOutput } from '#agent/tool.ts';
import { fail, succeed } from '#lib/result.ts';
import type { ListedTool } from '#mcp/answers.ts';
import { checkInput } from '#mcp/check-input.ts';
import { EndUnknown, McpProblem, ServerRefused, SignInNeeded, type Challenge } from '#mcp/mcp-problem.ts';
import type { RemoteLink } from '#mcp/remote-link.ts';
import { tameSchema } from '#mcp/tame-schema.ts';
import { toolName, toolPrefix } from '#mcp/tool-name.ts';
import { mcpData, mcpResult } from '#tools/mcp-result.ts';
import { tameText } from '#tools/web-page-block.ts';

const MAX_DESCRIPTION = 4_000;

/** A server's tools, as an agent calls them. `taken`: names that are given already; it grows. */
export const mcpTools = (
  link: RemoteLink,
  listed: readonly ListedTool[],
  taken: Set<string>,
  onSignIn: (challenge: Challenge) => void,
): Tool[] =>
  listed.map((tool) => {
    const tame = tameSchema(tool.inputSchema);
    const schema = tame ?? { type: 'object', properties: {}, additionalProperties: true };
    return {
      name: toolName(link.server.name, tool.name, taken),
      description: describe(link.server.name, tool, tame !== undefined),
      effects: tool.annotations?.readOnlyHint === true ? 'reads' : 'outward',
      waits: false,
      // The connection has limits of its own
      deadlineMs: Infinity,
      inputSchema: schema,
      prepare(input) {
        const problems = tame === undefined ? [] : checkInput(schema, input);
        return problems.length > 0
          ? fail(problems.join('\n'))
          : succeed((context: ToolContext) => call(link, tool.name, { input, context, onSignIn }));
      },
    };
  });

function describe(server: string, { name, description = '' }: ListedTool, isUsable: boolean): string {
  const said = tameText(description, MAX_DESCRIPTION).trim() || `The tool ${name.slice(0, 200)}.`;
  const note = isUsable
    ? ''
    : '\n[The schema of its input cannot be used here, so the input is not checked.]';
  return `${said}\n[A tool of the MCP server ${server}.]${note}`;
}

interface Call {
  readonly input: unknown;
  readonly context: ToolContext;
  readonly onSignIn: (challenge: Challenge) => void;
}

async function call(link: RemoteLink, name: string, { input, context, onSignIn }: Call): Promise<ToolOutput> {
  const { name: server } = link.server;
  try {
    const answer = await link.callTool(name, input, context.signal);
    const clean = withoutSecrets(answer, await link.secrets());
    if (!clean.isError) return mcpResult(server, clean);
    const output = mcpResult(server, clean);
    throw new ToolFailure(
      typeof output === 'string'
        ? output
        : output.flatMap((block) => (block.type === 'text' ? block.text : [])).join('\n'),
    );
  } catch (error) {
    if (context.signal.aborted)
      throw error instanceof McpProblem && !(error instanceof EndUnknown)
        ? new ToolFailure(error.message)
        : error;
    if (error instanceof ServerRefused)
      throw new ToolFailure(mcpData(server, withoutSecrets(error.message, await link.secrets())));
    if (error instanceof SignInNeeded) {
      onSignIn(error.challenge);
      throw new ToolFailure(await askToSignIn(link, error.challenge));
    }
    if (error instanceof McpProblem)
      throw new ToolFailure(error.message, { endUnknown: error instanceof EndUnknown });
    throw error;
  }
}

/** A server may repeat what it was sent. Short values would match anywhere. */
function withoutSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  const long = secrets
    .filter((secret) => secret.length >= 8)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  const text = JSON.stringify(value);
  if (!long.some((secret) => text.includes(secret))) return value;
  return JSON.parse(long.reduce((rest, secret) => rest.replaceAll(secret, '[REDACTED]'), text));
}

/** Stands for the tools of a server at which the user is not signed in. */
export const signInTool = (link: RemoteLink, challenge: Challenge): Tool =>
  noInputTool(
    `${toolPrefix(link.server.name)}sign_in`,
    `The MCP server ${link.server.name} has tools, but the user has to sign in there first. When the user asks for something that they could do, call this: it gives the address for signing in. Show it to the user as a link.`,
    async () => {
      try {
        return await askToSignIn(link, challenge);
      } catch (error) {
        throw error instanceof McpProblem ? new ToolFailure(error.message) : error;
      }
    },
  );

/** Stands for the tools of a server that cannot be used at the moment. */
export const unavailableTool = (link: RemoteLink, problem: string, retry: () => Promise<string>): Tool =>
  noInputTool(
    `${toolPrefix(link.server.name)}reconnect`,
    `${problem} Its tools are missing for now. Do without; only if the user asks for what they do, say so, and call this to try again.`,
    retry,
  );

async function askToSignIn(link: RemoteLink, challenge: Challenge): Promise<string> {
  const address = await link.signInAddress(challenge);
  return `The user has to sign in at the MCP server ${link.server.name}: ${address}\nShow them this link, valid for ten minutes, and ask them to write to you when they are done: the tools are there with their next message.`;
}

function noInputTool(name: string, description: string, run: () => Promise<string>): Tool {
  return {
    name,
    description,
    effects: 'reads',
    waits: false,
    // The connection has limits of its own
    deadlineMs: Infinity,
    inputSchema: { type: 'object', properties: {} },
    prepare: () => succeed(run),
  };
}
