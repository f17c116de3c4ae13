import { z } from 'zod';
import { oneWord, readOptions, type Command, type CommandCall } from '#cli/command.ts';
import { closest } from '#cli/closest.ts';
import { CliFailure, exitCode, type ExitCode } from '#cli/failure.ts';
import { printJson, printLine } from '#cli/host.ts';
import { howToSet } from '#cli/setup/how-to-set.ts';
import { isWorking, statusLines } from '#cli/setup/status-lines.ts';
import { PlatformName } from '#protocol/platform.ts';

const Options = z.object({ status: z.boolean().default(false) });

export const setupCommand: Command = {
  name: 'setup',
  summary: 'set up a messenger, or see how it stands (for administrators)',
  help: `Usage: npx edgewise setup telegram|whatsapp|zalo|imessage [--status]

Checks the token of the messenger, points its webhook at the server, and says what is left to click. What it needs is
set at the server first; it names what is missing. Running it again changes nothing. Exit code 1: it does not work yet.

Options:
  --status  only show how it stands

Who may write to the bot: \`npx edgewise whitelist\`. Step by step: docs/TELEGRAM_SETUP.md and its neighbours.

Example: npx edgewise setup telegram --status`,
  options: { status: { type: 'boolean' } },
  async run(call) {
    const { status: onlyStatus } = readOptions('setup', Options, call.values);
    const platform = readPlatform(oneWord('setup', 'platform', call.positionals));
    return onlyStatus ? showStatus(call, platform) : setUp(call, platform);
  },
};

function readPlatform(word: string): PlatformName {
  const read = PlatformName.safeParse(word.toLowerCase());
  if (read.success) return read.data;
  const meant = closest(word, PlatformName.options);
  throw new CliFailure(
    exitCode.usage,
    `There is no platform "${word}". ${meant === undefined ? `There are: ${PlatformName.options.join(', ')}.` : `Did you mean "${meant}"?`}`,
  );
}

async function setUp(call: CommandCall, platform: PlatformName): Promise<ExitCode> {
  const { api, host, json } = call;
  const done = await api.setUpPlatform(platform);
  if (done === null) throw notConfigured(call, platform);
  if (!json) for (const step of done.steps) printLine(host, step);
  if (!json && !done.webhook_url.startsWith('https:')) {
    host.errors.write(
      `The server calls itself ${new URL(done.webhook_url).origin}, which no messenger can reach. Set BACKEND_PUBLIC_URL to its address in the internet.\n`,
    );
  }
  const status = await api.platformStatus(platform);
  if (status === null) throw notConfigured(call, platform);
  if (json) printJson(host, { ...done, status });
  else for (const line of ['', ...statusLines(status)]) printLine(host, line);
  return isWorking(status) ? exitCode.ok : exitCode.failure;
}

async function showStatus(call: CommandCall, platform: PlatformName): Promise<ExitCode> {
  const status = await call.api.platformStatus(platform);
  if (status === null) throw notConfigured(call, platform);
  if (call.json) printJson(call.host, status);
  else for (const line of statusLines(status)) printLine(call.host, line);
  return isWorking(status) ? exitCode.ok : exitCode.failure;
}

function notConfigured({ config, host }: CommandCall, platform: PlatformName): CliFailure {
  const lines = howToSet(platform, { server: config.server, devVars: host.readDevVars() });
  return new CliFailure(
    exitCode.failure,
    [`${platform} is not set up at ${config.server}.`, ...lines].join('\n'),
  );
}
