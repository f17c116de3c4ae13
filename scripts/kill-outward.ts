import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/** How long a letter takes: long enough to be killed in between. */
const SENDING_MS = 500;

const Input = z.object({ letter: z.string() });

/** Somebody else's MCP server, which nobody kills: its one tool sends letters, and it counts them. */
export interface Outward {
  readonly url: string;
  /** How often this letter was sent. */
  readonly sent: (letter: string) => number;
  close(): Promise<void>;
}

export async function startOutward(): Promise<Outward> {
  const counts = new Map<string, number>();

  const makeServer = () => {
    const server = new Server({ name: 'post', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [
        {
          name: 'send',
          description: 'Sends a letter.',
          inputSchema: {
            type: 'object',
            properties: { letter: { type: 'string' } },
            required: ['letter'],
          },
        },
      ],
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
      const { letter } = Input.parse(params.arguments);
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
      await sleep(SENDING_MS);
      return { content: [{ type: 'text', text: `sent ${letter}` }] };
    });
    return server;
  };

  const http = createServer((request, response) => {
    void (async () => {
      const body = request.method === 'POST' ? await readJson(request) : undefined;
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
      await makeServer().connect(transport);
      await transport.handleRequest(request, response, body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    sent: (letter) => counts.get(letter) ?? 0,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
