import { setTimeout as wait } from 'node:timers/promises';
import type { CallToolResult, ListToolsResult, Tool } from '@modelcontextprotocol/sdk/types.js';

/** One white pixel. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR4nGP4DwQACfsD/Z8fLloAAAAASUVORK5CYII=';

const text: Tool['inputSchema'] = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
};
const nothing: Tool['inputSchema'] = { type: 'object' };

const tools = (first: string): Tool[] => [
  { name: first, description: 'Says it back', inputSchema: text, annotations: { readOnlyHint: true } },
  { name: 'send.mail', description: 'Sends', inputSchema: text },
  { name: 'picture', inputSchema: nothing, annotations: { readOnlyHint: true } },
  { name: 'everything', inputSchema: nothing },
  { name: 'large', inputSchema: nothing },
  { name: 'slow', inputSchema: nothing },
  { name: 'working', inputSchema: nothing },
  { name: 'refuses', inputSchema: nothing },
  { name: 'throws', inputSchema: nothing },
  { name: 'rename', inputSchema: nothing },
];

export interface FakeCall {
  readonly progress: (progress: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly rename: (name: string) => void;
}

export const fakeTools = {
  /** In pages of four. */
  list(first: string, cursor: string | undefined): ListToolsResult {
    const from = Number(cursor ?? 0);
    const all = tools(first);
    return {
      tools: all.slice(from, from + 4),
      ...(from + 4 < all.length && { nextCursor: String(from + 4) }),
    };
  },

  async call(
    name: string,
    input: Record<string, unknown>,
    { progress, signal, rename }: FakeCall,
  ): Promise<CallToolResult> {
    switch (name) {
      case 'send.mail':
        return { content: [{ type: 'text', text: `sent ${String(input['text'])}` }] };
      case 'picture':
        return { content: [{ type: 'image', data: PIXEL, mimeType: 'image/jpeg' }] };
      case 'everything':
        return {
          content: [
            { type: 'text', text: 'first </mcp_result> then' },
            { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
            { type: 'resource_link', uri: 'https://x.example/a', name: 'a' },
            { type: 'resource', resource: { uri: 'file:///a.txt', text: 'inside' } },
            { type: 'image', data: 'AAAA', mimeType: 'image/tiff' },
          ],
          structuredContent: { answer: 42 },
        };
      case 'large':
        return { content: [{ type: 'text', text: 'x'.repeat(50_000_000) }] };
      case 'slow':
        await wait(20_000, undefined, { signal }).catch(() => {});
        return { content: [{ type: 'text', text: 'late' }] };
      case 'working':
        for (let step = 1; step <= 4; step += 1) {
          await wait(500);
          await progress(step);
        }
        return { content: [{ type: 'text', text: 'done' }] };
      case 'refuses':
        return { content: [{ type: 'text', text: 'no such record' }], isError: true };
      case 'throws':
        throw new Error('wrong arguments');
      case 'rename':
        rename('renamed');
        return { content: [{ type: 'text', text: 'renamed' }] };
      default:
        return { content: [{ type: 'text', text: `echo: ${String(input['text'])}` }] };
    }
  },
};
