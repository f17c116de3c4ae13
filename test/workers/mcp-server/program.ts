import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker-provider.js';
import { exports } from 'cloudflare:workers';
import { z } from 'zod';

/** As `BACKEND_PUBLIC_URL` has it where nothing is set. */
export const mcpUrl = 'http://localhost:7001/mcp';

const Result = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});

/** A program that speaks MCP, by the SDK's own client. */
export async function connectProgram(token: string) {
  const client = new Client(
    { name: 'some-program', version: '1' },
    { jsonSchemaValidator: new CfWorkerJsonSchemaValidator() },
  );
  const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
    fetch: (url, init) => exports.default.fetch(new Request(url, init)),
  });
  await client.connect(transport);
  return {
    client,
    /** The structured answer; what was refused is thrown as its text. */
    async call(name: string, input: Record<string, unknown>, onProgress?: (message: string) => void) {
      const result = await this.result(name, input, onProgress);
      if (result.isError) throw new Error(result.text);
      return result.output;
    },
    async result(name: string, input: Record<string, unknown>, onProgress?: (message: string) => void) {
      const { isError, content, structuredContent } = Result.parse(
        await client.callTool({ name, arguments: input }, undefined, {
          ...(onProgress && { onprogress: ({ message }) => onProgress(message ?? '') }),
        }),
      );
      const text = content.flatMap((block) => block.text ?? []).join('\n\n');
      return { isError: isError ?? false, text, content, output: structuredContent };
    },
  };
}

export const post = (headers: Record<string, string>, body: unknown = ping): Promise<Response> =>
  exports.default.fetch(mcpUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(body),
  });

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
