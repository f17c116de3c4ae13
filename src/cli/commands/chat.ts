import { z } from 'zod';
import { noWords, readOptions, type Command } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { isInteractive } from '#cli/host.ts';
import { chatCommands } from '#cli/chat/parse-line.ts';
import { runChat } from '#cli/chat/run-chat.ts';
import { runOneShot } from '#cli/chat/run-one-shot.ts';

const Options = z.object({
  mode: z.enum(['ws', 'sse'], 'ws or sse').default('ws'),
  agent: z.string().optional(),
  session: z.string().optional(),
  prompt: z.string().optional(),
});

export const chatCommand: Command = {
  name: 'chat',
  summary: 'talk to an agent',
  help: `Usage: npx edgewise chat [--agent ID] [--session ID] [--prompt TEXT]

Options:
  -a, --agent ID    which agent (asks at a terminal; else the default one)
  -s, --session ID  go on with a session
  -p, --prompt TEXT answer this one prompt and exit: the answer on standard output, the rest on standard error
  --mode ws|sse     WebSocket (default), or server-sent events: without questions and /compact
  --json            every event of the session as one line of JSON

With standard input from a pipe each line is a prompt; the next is sent when the turn has ended.

In the chat, with or without the slash where that cannot be a sentence:
${Object.entries(chatCommands)
  .map(([name, text]) => `  /${name.padEnd(16)}${text}`)
  .join('\n')}

Ctrl-C stops the running turn; twice, or at the prompt, it leaves.

Examples:
  npx edgewise chat -p "What is in input/?" --session 6f1c…
  printf 'hello\\nand now in French\\n' | npx edgewise chat
  npx edgewise chat -p hello --json | jq -r 'select(.type == "assistant_text").text'`,
  options: {
    mode: { type: 'string' },
    agent: { type: 'string', short: 'a' },
    session: { type: 'string', short: 's' },
    prompt: { type: 'string', short: 'p' },
  },
  async run(call) {
    noWords('chat', call.positionals);
    const options = readOptions('chat', Options, call.values);
    const agentId = options.agent === undefined ? undefined : await knownAgent(options.agent);
    const start = { mode: options.mode, agentId, sessionId: options.session };
    if (options.prompt !== undefined) return runOneShot(call, start, options.prompt);
    return runChat(call, start, {
      asksForAgent: agentId === undefined && options.session === undefined && isInteractive(call.host),
    });

    // The server takes an unknown agent for the default one, without a word
    async function knownAgent(id: string): Promise<string> {
      const agents = await call.api.agents();
      if (agents.some(({ agent_id }) => agent_id === id)) return id;
      const names = agents.map(({ agent_id }) => agent_id).join(', ');
      throw new CliFailure(exitCode.notFound, `There is no agent "${id}". There are: ${names}.`);
    }
  },
};
