import { z } from 'zod';
import { noWords, oneWord, readOptions, type Command, type CommandCall } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { printJson, printLine } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';
import { printable } from '#cli/style.ts';
import type { LinkedIdentity } from '#protocol/link.ts';

const Options = z.object({ list: z.boolean().default(false), remove: z.string().optional() });

const platforms = { telegram: 'Telegram', whatsapp: 'WhatsApp', zalo: 'Zalo', imessage: 'iMessage' } as const;

export const linkCommand: Command = {
  name: 'link',
  summary: 'let a messenger act as you',
  help: `Usage:
  edgewise link                 makes a one-time code, to be sent to the bot as /link CODE
  edgewise link <code>          enters one that the bot answered to /link
  edgewise link --list
  edgewise link --remove <id>

A chat that is linked sees your sessions and files.`,
  options: { list: { type: 'boolean' }, remove: { type: 'string' } },
  async run(call) {
    const { list, remove } = readOptions('link', Options, call.values);
    if (list && remove !== undefined) {
      throw new CliFailure(exitCode.usage, 'Either --list or --remove. See `edgewise link --help`.');
    }
    if (list || remove !== undefined) noWords('link', call.positionals);
    if (list) await show(call);
    else if (remove !== undefined) await unlink(call, remove);
    else if (call.positionals.length === 0) await makeCode(call);
    else await enter(call, oneWord('link', 'code', call.positionals));
    return exitCode.ok;
  },
};

async function makeCode({ host, api, json }: CommandCall): Promise<void> {
  const made = await api.makeLinkCode();
  if (json) return printJson(host, made);
  const minutes = Math.max(1, Math.round((Date.parse(made.expires_at) - host.clock.now()) / 60_000));
  printLine(host, printable(made.code));
  host.errors.write(
    `Send this to the bot in your messenger: /link ${printable(made.code)}\n` +
      `It works once, for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}; an earlier code has ended.\n`,
  );
}

async function enter({ host, api, json }: CommandCall, code: string): Promise<void> {
  const linked = await api.enterLinkCode(code);
  if (json) return printJson(host, linked);
  printLine(host, `Linked: ${platforms[linked.platform]}, ${printable(nameOf(linked))}.`);
}

async function show({ host, api, json }: CommandCall): Promise<void> {
  const identities = await api.identities();
  if (json) return printJson(host, identities);
  printTable(
    host,
    identities.map((one) => [
      one.id,
      platforms[one.platform],
      `linked ${one.linked_at.slice(0, 10)}`,
      nameOf(one),
    ]),
    'No chat is linked. `edgewise link` makes a code for one.',
  );
}

async function unlink({ host, api, json }: CommandCall, id: string): Promise<void> {
  const { status } = await api.unlink(id);
  if (json) return printJson(host, { id, status });
  printLine(host, 'Unlinked.');
}

const nameOf = ({ name, platform_user_id: id }: LinkedIdentity): string =>
  name === null ? id : `${name} (${id})`;
