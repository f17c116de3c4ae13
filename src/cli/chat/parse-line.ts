/** Commands within a chat, with what `/help` says of them. */
export const chatCommands = {
  help: 'this list',
  exit: 'leave (also Ctrl-C or Ctrl-D at the prompt)',
  new: 'begin a new session with the same agent',
  resume: 'go on with an earlier session: /resume [id]',
  agent: 'list the agents, or begin a session with one: /agent [id]',
  agents: 'list the agents',
  subagents: 'list the subagents',
  skills: 'list the skills',
  commands: 'list the commands of the agent, which begin a prompt',
  sessions: 'list your sessions',
  search: 'search in your sessions: /search words',
  interrupt: 'stop the running turn (Ctrl-C does it too)',
  compact: 'summarise the conversation, to make room: /compact [what matters]',
  mode: 'what the agent may do without asking: /mode [default|acceptEdits|plan|bypassPermissions]',
  export: 'write this session to a Markdown file: /export [file]',
} as const;
export type ChatCommand = keyof typeof chatCommands;

export type Line =
  | { readonly kind: 'prompt'; readonly text: string }
  | { readonly kind: 'command'; readonly name: ChatCommand; readonly argument: string }
  /** None of these; the agent may have it. */
  | { readonly kind: 'other-command'; readonly name: string; readonly text: string }
  | { readonly kind: 'empty' };

const isCommand = (name: string): name is ChatCommand => Object.hasOwn(chatCommands, name);

/** How many words may follow the bare word for the line still to be a command and not a sentence. */
const bareArguments: Readonly<Record<ChatCommand, number>> = {
  help: 0,
  exit: 0,
  new: 0,
  resume: 1,
  agent: 1,
  agents: 0,
  subagents: 0,
  skills: 0,
  commands: 0,
  sessions: 0,
  search: Infinity,
  interrupt: 0,
  compact: 0,
  mode: -1,
  export: -1,
};

/** Tells a command, `/name argument` or the bare word that older scripts pipe in, from a prompt. */
export function parseLine(line: string): Line {
  const text = line.trim();
  if (text === '') return { kind: 'empty' };
  const [first = '', ...words] = text.split(/\s+/);
  const argument = text.slice(first.length).trim();
  const slashed = /^\/([a-z]+)$/i.exec(first)?.[1]?.toLowerCase();
  if (slashed !== undefined) {
    const name = slashed === 'quit' ? 'exit' : slashed;
    return isCommand(name)
      ? { kind: 'command', name, argument }
      : { kind: 'other-command', name: first.slice(1), text };
  }
  const bare = first.toLowerCase();
  if (isCommand(bare) && words.length <= bareArguments[bare]) {
    return { kind: 'command', name: bare, argument };
  }
  return { kind: 'prompt', text };
}
