import { describe, expect, test } from 'vitest';
import { startCli } from '#test/unit/cli/run-in-process.ts';

async function run(...argv: string[]) {
  const cli = startCli(argv, { input: '' });
  return { code: await cli.code, out: cli.out(), err: cli.err() };
}

const { out: overview } = await run('--help');
const names = [...overview.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].flatMap(([, name = '']) => name);

describe('help', () => {
  test('the overview names all commands', () => {
    expect(names).toEqual(
      'serve chat agents subagents skills commands plugin sessions usage mcp bridge link setup whitelist login logout'.split(
        ' ',
      ),
    );
  });

  test.each(names)('`%s --help` and `help %s` say how it is typed, with an example', async (name) => {
    const help = await run(name, '--help');
    expect(help).toEqual({ code: 0, out: expect.stringContaining(`npx edgewise ${name}`), err: '' });
    expect(help.out).toMatch(/^Examples?:/m);
    // As the README tells it: nobody has `edgewise` alone on the path
    expect(help.out).not.toMatch(/^(?! *edgewise [a-z]+:).*(?<!npx )\bedgewise (?:[a-z]+\b|--)/m);
    expect(await run('help', name)).toEqual(help);
  });

  test('without a command: the overview, as wrong usage', async () => {
    expect(await run()).toEqual({ code: 2, out: '', err: overview });
  });
});

test.each([
  [['sesions'], 'There is no command "sesions". Did you mean "sessions"? See `npx edgewise --help`.'],
  [['frobnicate'], 'There is no command "frobnicate". See `npx edgewise --help`.'],
  [
    ['sessions', 'serch', 'x'],
    'There is no `sessions serch`. Did you mean "search"? See `npx edgewise sessions --help`.',
  ],
  [
    ['usage', '--day', '3'],
    'There is no option --day. Did you mean --days? See `npx edgewise usage --help`.',
  ],
  [['mcp', 'server'], 'There is no `mcp server`. Did you mean "servers"? See `npx edgewise mcp --help`.'],
])('%j: the closest is suggested', async (argv, err) => {
  expect(await run(...argv)).toEqual({ code: 2, out: '', err: `${err}\n` });
});
