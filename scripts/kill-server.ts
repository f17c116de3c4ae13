import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { FakeRequest } from '#test/support/fake-messages-api.ts';
import { copyProject } from '#test/support/project-copy.ts';
import { answerFromPrompt } from '#test/support/prompt-script.ts';
import { startRealServer, type RealServer } from '#test/support/real-server.ts';
import { z } from 'zod';
import { startOutward, type Outward } from './kill-outward.ts';
import { CONSENT_RULE, OUTWARD_SERVER, SEND, WORKER } from './kill-script.ts';

export interface KillServer extends RealServer {
  readonly outward: Outward;
}

/** The real server from a copy of the project, whose agent has what a turn can be killed in. */
export async function startKillServer(): Promise<KillServer> {
  const outward = await startOutward();
  const project = copyProject(['migrations', 'wrangler.toml', 'dist/web']);
  const agent = {
    name: 'Survivor',
    subagents: [WORKER],
    permissions: { ask: [CONSENT_RULE] },
    mcp_servers: { [OUTWARD_SERVER]: { url: outward.url } },
  };
  const worker = { description: 'Works.', focus: 'Work', prompt: 'You work.', tools: ['Bash', SEND] };
  const write = (name: string, content: object) =>
    writeFileSync(join(project, name), stringify(content, { lineWidth: 0 }));
  write('agents.yaml', { default_agent: 'survivor', agents: { survivor: agent } });
  write('subagents.yaml', { subagents: { [WORKER]: worker } });

  const server = await startRealServer({ project });
  server.model.respondWith((request) => answerFromPrompt(withoutNotes(request)));
  return {
    ...server,
    outward,
    async close() {
      await server.close();
      await outward.close();
      rmSync(project, { recursive: true, force: true });
    },
  };
}

const Body = z.looseObject({
  messages: z.array(z.looseObject({ content: z.union([z.string(), z.array(z.unknown())]) })),
});
const Note = z.object({ type: z.literal('text'), text: z.string().startsWith('[Task ') });

/** When a note about a task in the background comes is a matter of chance, and must not change what is answered. */
function withoutNotes(request: FakeRequest): FakeRequest {
  const body = Body.parse(request.body);
  const messages = body.messages.map(({ content, ...rest }) => ({
    ...rest,
    content:
      typeof content === 'string' ? content : content.filter((block) => !Note.safeParse(block).success),
  }));
  return { ...request, body: { ...body, messages } };
}
