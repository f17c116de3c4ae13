import { z } from 'zod';
import { closest } from '#cli/closest.ts';
import { noWords, readOptions, type Command, type CommandCall } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { printJson, printLine } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';
import { PlatformName } from '#protocol/platform.ts';
import type { WhitelistEntry } from '#protocol/whitelist.ts';

type Verb = (call: CommandCall, words: readonly string[]) => Promise<void>;

const Options = z.object({ label: z.string().default(''), user: z.string().default('') });

const usage = (problem: string) =>
  new CliFailure(exitCode.usage, `${problem} See \`npx edgewise whitelist --help\`.`);

const list: Verb = async ({ host, api, json }, words) => {
  const [word, ...more] = words;
  noWords('whitelist', more);
  const platform = word === undefined ? undefined : readPlatform(word);
  const whitelist = await api.whitelist();
  const entries = whitelist.entries.filter((entry) => platform === undefined || entry.platform === platform);
  if (json) return printJson(host, { enabled: whitelist.enabled, entries });
  printTable(
    host,
    entries.map(rowOf),
    'Nobody is listed. `npx edgewise whitelist add <platform> <id>` adds someone.',
  );
  const open = PlatformName.options.filter((name) => !whitelist.enabled[name]);
  if (open.length > 0) printLine(host, `Open to everyone: ${open.join(', ')}`);
};

const rowOf = ({ platform, phone_number, mapped_username, label, id }: WhitelistEntry): string[] => [
  platform,
  phone_number,
  mapped_username === '' ? 'a user of its own' : `as ${mapped_username}`,
  id,
  label,
];

const add: Verb = async ({ host, api, json, values }, words) => {
  const [word, id, ...more] = words;
  if (word === undefined || id === undefined) throw usage('<platform> or <id> is missing.');
  noWords('whitelist', more);
  const { label, user } = readOptions('whitelist', Options, values);
  const entry = await api.addToWhitelist({
    platform: readPlatform(word),
    phone_number: id,
    label,
    mapped_username: user,
  });
  if (json) return printJson(host, entry);
  printLine(host, `${entry.phone_number} may write on ${entry.platform} from now on.`);
};

const remove: Verb = async ({ host, api, json }, words) => {
  const [first, second, ...more] = words;
  if (first === undefined) throw usage('<id> is missing.');
  noWords('whitelist', more);
  const id = second === undefined ? first : await entryId(api, readPlatform(first), second);
  const { status } = await api.removeFromWhitelist(id);
  if (json) return printJson(host, { id, status });
  printLine(host, 'Removed.');
};

/** Of someone as the platform knows them, however the number is written. */
async function entryId(api: CommandCall['api'], platform: PlatformName, id: string): Promise<string> {
  const { entries } = await api.whitelist();
  const plain = (text: string) =>
    /^[+\d\s()-]+$/.test(text) ? text.replace(/[+\s()-]/g, '') : text.toLowerCase();
  const entry = entries.find((one) => one.platform === platform && plain(one.phone_number) === plain(id));
  if (entry === undefined) throw new CliFailure(exitCode.notFound, `${id} is not listed on ${platform}.`);
  return entry.id;
}

const toggle =
  (enabled: boolean): Verb =>
  async ({ host, api, json }, words) => {
    const [word, ...more] = words;
    if (word === undefined) throw usage('<platform> is missing.');
    noWords('whitelist', more);
    const now = await api.toggleWhitelist({ platform: readPlatform(word), enabled });
    if (json) return printJson(host, now);
    printLine(
      host,
      now.enabled
        ? `Only who is listed may write on ${now.platform}.`
        : `Everyone may write on ${now.platform}.`,
    );
  };

function readPlatform(word: string): PlatformName {
  const read = PlatformName.safeParse(word.toLowerCase());
  if (read.success) return read.data;
  throw usage(`There is no platform "${word}". There are: ${PlatformName.options.join(', ')}.`);
}

const verbs: Readonly<Record<string, Verb>> = { list, add, remove, on: toggle(true), off: toggle(false) };

export const whitelistCommand: Command = {
  name: 'whitelist',
  summary: 'list, add or remove who may write to the bots (for administrators)',
  help: `Usage:
  npx edgewise whitelist [list [platform]]
  npx edgewise whitelist add <platform> <id> [--label TEXT] [--user NAME]
  npx edgewise whitelist remove <platform> <id>
  npx edgewise whitelist on|off <platform>   whether the list counts; off: everyone may write

The platforms are telegram, whatsapp, zalo and imessage. The id is the sender's: a number, a phone number or a mail
address. Of a stranger who writes it is in the server's log, as sender_not_listed (npx wrangler tail,
or the terminal of npm start).

Options:
  --label TEXT  a note of yours
  --user NAME   the account whose files, sessions and agents they get; else they get one of their own

Example: npx edgewise whitelist add whatsapp '+84 907 996 550' --label Ana`,
  options: { label: { type: 'string' }, user: { type: 'string' } },
  async run(call) {
    const [name = 'list', ...words] = call.positionals;
    const verb = verbs[name];
    if (verb === undefined) {
      const meant = closest(name, Object.keys(verbs));
      throw usage(
        `There is no \`whitelist ${name}\`.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`,
      );
    }
    await verb(call, words);
    return exitCode.ok;
  },
};
