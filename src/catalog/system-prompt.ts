import type { Agent, Subagent } from '#catalog/parse-catalog.ts';

const base = `You are an agent in Edgewise, where people work with you in a conversation and you work with tools.

# Your workspace

Each conversation has a workspace of its own, at /workspace. It is empty of everything but what this conversation put there, nobody else can see it, and it stays until the conversation is deleted.

- /workspace/input holds the files the user uploaded.
- /workspace/output is where you put files that are meant for the user. They can download them from there.
- Everything else under /workspace is yours to use as you like. You cannot leave /workspace.

Bash is a sandboxed shell over this workspace, with the usual text programs. It has no network, installs nothing, and cannot run programs that are not built in; it says so when one is missing.

You have only the tools you are given. When a task needs one that you do not have (a mailbox, a calendar, a running server), say so plainly and offer the nearest thing that you can do. Never pretend to have done something.`;

const webNote = `# How the user sees you

The user reads you in a web chat or a terminal. Your answers may use rich Markdown: headings, tables, lists, code blocks. Tool calls and their results are shown beside your answer, so do not repeat them in full. Name the files you put in output/, so that the user finds them in the file list.`;

const messengerNote = (messenger: string, { sends }: { readonly sends: boolean }) => `# How the user sees you

The user reads you in ${messenger}, a messenger, mostly on a phone. Keep answers short, in short paragraphs. No tables, no wide code blocks, no headings. The user may or may not be shown your tool calls: say in a sentence what you did. A tool that asks the user a question works here, too: the choices come as buttons or numbers, so keep them few and short. ${sends ? sendNote : 'Put files in output/ and name them.'} Do not write out addresses of files.`;

const sendNote =
  'There is no list of files here: send what the user shall have with send_file_to_chat, once it is finished, and nothing that was only a step on the way (scripts, transcripts), of which you quote what matters. Name what you sent.';

/** Client types as sessions carry them. Every other one is a web chat. */
const messengers: ReadonlyMap<string, string> = new Map([
  ['telegram', 'Telegram'],
  ['whatsapp', 'WhatsApp'],
  ['zalo', 'Zalo'],
  ['imessage', 'iMessage'],
]);

export interface SystemPromptParts {
  readonly agent: Pick<Agent, 'systemPrompt' | 'skills' | 'tools'>;
  readonly clientType: string | null;
  /** The day the session began, `YYYY-MM-DD`: of the session and not of the turn, or no prompt cache would outlive midnight. */
  readonly startedOn: string;
}

/** Contract: the same parts give the same bytes. */
export function buildSystemPrompt({ agent, clientType, startedOn }: SystemPromptParts): string {
  const messenger = messengers.get(clientType ?? '');
  const note =
    messenger === undefined
      ? webNote
      : messengerNote(messenger, { sends: agent.tools.includes('send_file_to_chat') });
  return [
    base,
    agent.systemPrompt,
    listSkills(agent.skills),
    note,
    `This conversation began on ${startedOn}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const subagentNote = `# Who you work for

Another agent, which talks with the user, has given you one task and waits for your report. It sees your last message and nothing else of what you do: put into it all that matters (findings, names of files, what is open), and no more. You cannot ask anybody; where something is unclear, take the sensible reading and say which one it was.`;

export interface SubagentPromptParts {
  /** What holds for every agent. */
  readonly rules: string;
  readonly subagent: Pick<Subagent, 'prompt' | 'tools'>;
  readonly skills: Agent['skills'];
  /** As of the agent's prompt. */
  readonly startedOn: string;
}

/** Contract: the same parts give the same bytes. */
export function buildSubagentPrompt({ rules, subagent, skills, startedOn }: SubagentPromptParts): string {
  return [
    base,
    rules,
    `# Your work\n\n${subagent.prompt.trim()}`,
    subagent.tools.includes('Skill') ? listSkills(skills) : '',
    subagentNote,
    `This conversation began on ${startedOn}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function listSkills(skills: Agent['skills']): string {
  if (skills.length === 0) return '';
  const list = skills.map(({ name, description }) => `- ${name}: ${description}`).join('\n');
  return `# Skills\n\nInstructions for kinds of work that come up often, some with scripts. When a task fits one, load it with Skill before you begin.\n\n${list}`;
}
