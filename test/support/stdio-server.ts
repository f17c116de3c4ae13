import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CallToolRequestSchema,
  CreateMessageResultSchema,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/**
 * A small MCP program, run with Node. Its tools do as they are called: `say`, `progress`, `sample` (asks the client
 * for words), `env`, `crash` (ends without an answer).
 */
const server = new Server(
  { name: 'stdio-server', version: '1' },
  { capabilities: { tools: {}, logging: {} } },
);
const names = ['say', 'progress', 'sample', 'env', 'crash'];
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: names.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
}));

const Words = z.object({ words: z.string() });
let calls = 0;

server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification, sendRequest }) => {
  calls += 1;
  const { words } = Words.catch({ words: '' }).parse(params.arguments);
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
  switch (params.name) {
    case 'crash':
      process.stderr.write('I fall over\n');
      return process.exit(3);
    case 'env':
      return text(`${process.env[words] ?? 'not set'} in ${process.cwd()}`);
    case 'progress': {
      const progressToken = params._meta?.progressToken ?? 0;
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress: 1, message: `half of ${words}` },
      });
      return text(words);
    }
    case 'sample': {
      const asked = { messages: [], maxTokens: 10, systemPrompt: words };
      const answer = await sendRequest(
        { method: 'sampling/createMessage', params: asked },
        CreateMessageResultSchema,
      );
      return text(JSON.stringify(answer.content));
    }
    default:
      return text(`${words} (call ${calls} of ${process.pid})`);
  }
});

if (process.argv[2] === 'fails') {
  process.stderr.write('I cannot\n');
  process.exit(1);
}
await server.connect(new StdioServerTransport());
