import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { noWords, oneWord, readOptions, type Command, type CommandCall } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { isInteractive, printJson, printLine } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';
import { printable } from '#cli/style.ts';
import type { LinkPreview } from '#protocol/link.ts';

const Options = z.object({
  list: z.boolean().default(false),
  yes: z.boolean().default(false),
  remove: z.string().optional(),
});

const platforms = { telegram: 'Telegram', whatsapp: 'WhatsApp', zalo: 'Zalo', imessage: 'iMessage' } as const;

export const linkCommand: Command = {
  name: 'link',
  summary: 'let a messenger act as you',
  help: `Usage:
  npx edgewise link                 makes a one-time code, to be sent to the bot as /link CODE
  npx edgewise link <code> [--yes]  enters one that the bot answered to /link, after asking whether it is you
  npx edgewise link --list
  npx edgewise link --remove <id>

A chat that is linked sees your sessions and files.

Example: npx edgewise link KX7P-2M41`,
  options: { list: { type: 'boolean' }, yes: { type: 'boolean' }, remove: { type: 'string' } },
  async run(call) {
    const { list, yes, remove } = readOptions('link', Options, call.values);
    if (list && remove !== undefined) {
      throw new CliFailure(exitCode.usage, 'Either --list or --remove. See `npx edgewise link --help`.');
    }
    if (list || remove !== undefined) noWords('link', call.positionals);
    if (list) await show(call);
    else if (remove !== undefined) await unlink(call, remove);
    else if (call.positionals.length === 0) await makeCode(call);
    else await enter(call, { code: oneWord('link', 'code', call.positionals), yes });
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

async function enter(
  { host, api, json }: CommandCall,
  { code, yes }: { readonly code: string; readonly yes: boolean },
): Promise<void> {
  if (!yes && !json && isInteractive(host)) {
    const found = await api.previewLinkCode(code);
    const who = `${platforms[found.platform]}, ${printable(nameOf(found))}`;
    const reader = createInterface({ input: host.input, output: host.output });
    const answer = await reader.question(`Let ${who}, act as you, with your sessions and files? [y/N] `);
    reader.close();
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliFailure(exitCode.interrupted, 'Nothing was linked.');
  }
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
    'No chat is linked. `npx edgewise link` makes a code for one.',
  );
}

async function unlink({ host, api, json }: CommandCall, id: string): Promise<void> {
  const { status } = await api.unlink(id);
  if (json) return printJson(host, { id, status });
  printLine(host, 'Unlinked.');
}

const nameOf = ({ name, platform_user_id: id }: LinkPreview): string =>
  name === null ? id : `${name} (${id})`;
