import { writeFileSync } from 'node:fs';
import { PermissionMode } from '#protocol/server-event.ts';
import { chatCommands, type ChatCommand } from '#cli/chat/parse-line.ts';
import type { Chat } from '#cli/chat/run-chat.ts';
import { agentsCommand } from '#cli/commands/agents.ts';
import { commandsCommand } from '#cli/commands/commands.ts';
import { skillsCommand } from '#cli/commands/skills.ts';
import { subagentsCommand } from '#cli/commands/subagents.ts';
import { printHits, printSessions } from '#cli/print-sessions.ts';

/** Runs a command within the chat; leaving it is the chat's own affair. */
export async function runChatCommand(
  chat: Chat,
  name: Exclude<ChatCommand, 'exit'>,
  argument: string,
): Promise<void> {
  const { call, printer, style } = chat;
  const { api, host } = call;
  const listing = { ...call, json: false, positionals: [] };

  switch (name) {
    case 'help':
      for (const [command, text] of Object.entries(chatCommands)) {
        printer.say(`  /${command.padEnd(12)}${style.dim(text)}`);
      }
      return;
    case 'new':
      await chat.open({ agentId: chat.agentId(), sessionId: undefined });
      return printer.say(style.dim('A new session.'));
    case 'resume':
      if (argument === '') return resumePrevious(chat);
      return chat.open({ agentId: undefined, sessionId: argument });
    case 'agent':
      if (argument !== '') return switchAgent(chat, argument);
      await agentsCommand.run(listing);
      return;
    case 'agents':
      await agentsCommand.run(listing);
      return;
    case 'subagents':
      await subagentsCommand.run(listing);
      return;
    case 'skills':
      await skillsCommand.run(listing);
      return;
    case 'commands':
      await commandsCommand.run({ ...listing, values: { agent: chat.agentId() } });
      return;
    case 'sessions':
      return printSessions(host, await api.sessions());
    case 'search':
      if (argument === '') return printer.say(style.red('Search for what? /search words'));
      return printHits(host, await api.search(argument));
    case 'interrupt':
      return chat.conversation().cancel();
    case 'compact':
      if (await chat.conversation().compact(argument)) return;
      return printer.say(style.red('Only in WebSocket mode: --mode ws.'));
    case 'mode':
      return switchMode(chat, argument);
    case 'export':
      return exportSession(chat, argument);
  }
}

/** The session before this one in the list, newest first; the newest when this one is not in it. */
async function resumePrevious(chat: Chat): Promise<void> {
  const { call, printer, style } = chat;
  const sessions = await call.api.sessions();
  const id = chat
    .conversation()
    .sessionId()
    ?.replace(/^pending-/, '');
  const earlier = sessions[sessions.findIndex(({ session_id }) => session_id === id) + 1];
  if (earlier === undefined) return printer.say(style.dim('There is no earlier session.'));
  await chat.open({ agentId: earlier.agent_id ?? undefined, sessionId: earlier.session_id });
}

async function switchAgent(chat: Chat, id: string): Promise<void> {
  const { call, printer, style } = chat;
  const agents = await call.api.agents();
  const agent = agents.find(({ agent_id }) => agent_id === id);
  if (agent === undefined) {
    return printer.say(style.red(`There is no agent "${id}". /agents lists them.`));
  }
  await chat.open({ agentId: id, sessionId: undefined });
  printer.say(style.dim(`A new session with ${agent.name}.`));
}

function switchMode(chat: Chat, name: string): void {
  const { printer, style } = chat;
  const mode = PermissionMode.safeParse(name);
  if (!mode.success) return printer.say(style.red(`Which one? ${PermissionMode.options.join(', ')}`));
  if (!chat.conversation().setPermissionMode(mode.data))
    printer.say(style.red('Only in WebSocket mode: --mode ws.'));
}

async function exportSession(chat: Chat, file: string): Promise<void> {
  const { call, printer, style } = chat;
  const id = chat.conversation().sessionId();
  if (id === undefined) {
    return printer.say(style.dim('Nothing has been said yet.'));
  }
  const target = file === '' ? `edgewise-${id}.md` : file;
  writeFileSync(target, await call.api.exportSession(id, 'markdown'));
  printer.say(style.dim(`Written to ${target}.`));
}
