import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult, ContentBlock, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';
import type { Log } from '#lib/log.ts';
import type { Result } from '#lib/result.ts';
import type { ServerUser } from '#mcp/server-user.ts';

/** What a tool gives: the structured answer, and how a program shows it that reads text only. */
export interface ToolAnswer<Output> {
  readonly output: Output;
  /** Without it, the output as JSON. */
  readonly content?: ContentBlock[];
}

export interface ServerToolCall {
  readonly user: ServerUser;
  /** Tells who waits how far it is; does nothing where nobody wants to know. */
  readonly report: (message: string) => Promise<void>;
}

interface ServerTool<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  readonly annotations: Required<Omit<ToolAnnotations, 'title'>>;
  /** A problem is a sentence that tells the model what to do instead. */
  run(input: z.output<Input>, call: ServerToolCall): Promise<Result<ToolAnswer<z.input<Output>>, string>>;
}

/** A tool of any shape, ready to be offered. */
export type Offer = (server: McpServer, deps: { user: ServerUser; log: Log }) => void;

/** For tools that only look. */
export const looks = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

export const offer =
  <Input extends z.ZodObject, Output extends z.ZodObject>(tool: ServerTool<Input, Output>): Offer =>
  (server, { user, log }) => {
    const { name, title, description, annotations } = tool;
    server.registerTool<z.ZodObject, z.ZodObject>(
      name,
      { title, description, annotations, inputSchema: tool.input, outputSchema: tool.output },
      async (given, { _meta, sendNotification }): Promise<CallToolResult> => {
        let progress = 0;
        const report = async (message: string) => {
          if (_meta?.progressToken === undefined) return;
          const params = { progressToken: _meta.progressToken, progress: (progress += 1), message };
          await sendNotification({ method: 'notifications/progress', params });
        };
        try {
          const result = await tool.run(tool.input.parse(given), { user, report });
          if (!result.ok) return refusal(result.problem);
          const { output, content } = result.value;
          return { content: content ?? [text(JSON.stringify(output))], structuredContent: { ...output } };
        } catch (error) {
          log.error('mcp_tool_failed', { tool: name, error: String(error) });
          return refusal(
            'Something went wrong inside Edgewise. Try again; if it stays, tell who runs this server.',
          );
        }
      },
    );
  };

export const text = (words: string): ContentBlock => ({ type: 'text', text: words });

const refusal = (problem: string): CallToolResult => ({ isError: true, content: [text(problem)] });

export const noSession = (id: string): string =>
  `There is no session ${id}. list_sessions and search_sessions tell which there are.`;
