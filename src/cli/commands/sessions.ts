import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { closest } from '#cli/closest.ts';
import { noWords, oneWord, readOptions, type Command, type CommandCall } from '#cli/command.ts';
import { CliFailure, exitCode, type ExitCode } from '#cli/failure.ts';
import { isInteractive, printJson, printLine } from '#cli/host.ts';
import { printHistory } from '#cli/print-history.ts';
import { printHits, printSessions } from '#cli/print-sessions.ts';

const Options = z.object({
  format: z.enum(['jsonl', 'markdown'], 'jsonl or markdown').default('markdown'),
  output: z.string().optional(),
  yes: z.boolean().default(false),
});

type Verb = (call: CommandCall, words: readonly string[]) => Promise<void>;

const list: Verb = async ({ host, api, json }, words) => {
  noWords('sessions', words);
  const sessions = await api.sessions();
  if (json) printJson(host, sessions);
  else printSessions(host, sessions);
};

const search: Verb = async ({ host, api, json }, words) => {
  const query = oneWord('sessions', 'query', [words.join(' ')]);
  const found = await api.search(query);
  if (json) printJson(host, found);
  else printHits(host, found);
};

const show: Verb = async ({ host, api, json }, words) => {
  const id = oneWord('sessions', 'id', words);
  const history = await api.history(id);
  // The route answers an unknown id with an empty history
  if (history.messages.length === 0 && history.first_message === null) {
    throw new CliFailure(
      exitCode.notFound,
      `There is no session ${id}. \`npx edgewise sessions\` lists yours.`,
    );
  }
  if (json) printJson(host, history);
  else printHistory(host, history.messages);
};

const rename: Verb = async ({ host, api, json }, words) => {
  const id = oneWord('sessions', 'id', words.slice(0, 1));
  const name = oneWord('sessions', 'name', [words.slice(1).join(' ')]);
  const session = await api.rename(id, name);
  if (json) printJson(host, session);
  else printLine(host, `Session ${session.session_id} is now called ${session.name ?? name}.`);
};

const remove: Verb = async (call, words) => {
  const { host, api, json, values } = call;
  const ids = [oneWord('sessions', 'id', words.slice(0, 1)), ...words.slice(1)];
  const { yes } = readOptions('sessions', Options, values);
  if (!yes && !json && isInteractive(host)) {
    const reader = createInterface({ input: host.input, output: host.output });
    const answer = await reader.question(
      `Delete ${ids.length === 1 ? `session ${ids[0]}` : `${ids.length} sessions`} with all files? [y/N] `,
    );
    reader.close();
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliFailure(exitCode.interrupted, 'Nothing was deleted.');
  }
  const { status } = await api.remove(ids);
  if (json) printJson(host, { status, session_ids: ids });
  else printLine(host, ids.length === 1 ? 'Deleted.' : `Deleted ${ids.length} sessions.`);
};

const exportOne: Verb = async ({ host, api, json, values }, words) => {
  const id = oneWord('sessions', 'id', words);
  const { format, output } = readOptions('sessions', Options, values);
  const text = await api.exportSession(id, json ? 'jsonl' : format);
  if (output === undefined) host.output.write(text.endsWith('\n') ? text : `${text}\n`);
  else writeFileSync(output, text);
};

const verbs: Readonly<Record<string, Verb>> = {
  list,
  search,
  show,
  rename,
  delete: remove,
  export: exportOne,
};

export const sessionsCommand: Command = {
  name: 'sessions',
  summary: 'list, search, show, rename, delete or export your sessions',
  help: `Usage:
  npx edgewise sessions                       newest first
  npx edgewise sessions search <query>
  npx edgewise sessions show <id>
  npx edgewise sessions rename <id> <name>
  npx edgewise sessions delete <id>… [--yes]  with its files
  npx edgewise sessions export <id> [--format jsonl|markdown] [--output FILE]

Continue one with \`npx edgewise chat --session <id>\`.

Example: npx edgewise sessions search quarterly report`,
  options: { format: { type: 'string' }, output: { type: 'string', short: 'o' }, yes: { type: 'boolean' } },
  async run(call): Promise<ExitCode> {
    const [name = 'list', ...words] = call.positionals;
    const verb = verbs[name];
    if (verb === undefined) {
      const meant = closest(name, Object.keys(verbs));
      throw new CliFailure(
        exitCode.usage,
        `There is no \`sessions ${name}\`.${meant === undefined ? '' : ` Did you mean "${meant}"?`} See \`npx edgewise sessions --help\`.`,
      );
    }
    await verb(call, words);
    return exitCode.ok;
  },
};
