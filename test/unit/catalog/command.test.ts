import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byShortName, shortName } from '#catalog/by-short-name.ts';
import { expandCommand, parseCommand } from '#catalog/command.ts';

const parse = (text: string, name = 'go') => parseCommand({ name, path: 'commands/go.md', text });

describe('reading', () => {
  test.each([
    {
      name: 'description and hint',
      text: '---\ndescription: Goes\n  on\nargument-hint: "[where]"\nallowed-tools: Bash(git *)\n---\nGo to $1.\n',
      expected: { description: 'Goes on', argumentHint: '[where]', body: 'Go to $1.' },
    },
    {
      name: 'a hint that YAML takes for a list',
      text: '---\nargument-hint: [file, language]\n---\nGo.',
      expected: { description: 'Go.', argumentHint: '[file, language]', body: 'Go.' },
    },
    {
      name: 'no front matter: the first line describes it',
      text: '# Go on\n\nGo.',
      expected: { description: 'Go on', argumentHint: null, body: '# Go on\n\nGo.' },
    },
    {
      name: 'empty front matter',
      text: '---\n---\nGo.',
      expected: { description: 'Go.', argumentHint: null, body: 'Go.' },
    },
  ])('$name', ({ text, expected }) => {
    expect(parse(text)).toEqual({ ok: true, value: { name: 'go', ...expected } });
  });

  test.each([
    {
      name: 'no end of the front matter',
      text: '---\ndescription: x\n',
      problem: 'commands/go.md:1:1 the front matter has no end: close it with a line "---"',
    },
    { name: 'no text', text: '', problem: 'commands/go.md:1:1 no instructions follow the front matter' },
    {
      name: 'a list as description',
      text: '---\ndescription: [a]\n---\nGo.',
      problem: expect.stringMatching(/^commands\/go\.md:2:1 description: /),
    },
    {
      name: 'front matter that is no map',
      text: '---\n- a\n---\nGo.',
      problem: expect.stringMatching(/^commands\/go\.md:1:1 \(the whole file\): /),
    },
  ])('$name is said, with file and line', ({ text, problem }) => {
    expect(parse(text)).toEqual({ ok: false, problem: [problem] });
  });

  test.each(['', 'two words', 'a:b', '-x', 'ü'])('"%s.md" is no name', (name) => {
    expect(parse('Go.', name)).toMatchObject({ ok: false });
  });
});

describe('expanding', () => {
  const command = (name: string, body: string) => ({ name, description: '', argumentHint: null, body });
  const commands = [
    command('all', 'All: $ARGUMENTS.'),
    command('parts', '1=$1 2=$2 9=$9'),
    command('none', 'Fixed.'),
    command('a:same', 'of a'),
    command('b:same', 'of b'),
    command('b:own', 'own of b'),
    command('own', 'own of the project'),
    command('b:alone', 'alone'),
    command('money', '$10 and $ARGUMENTSX and $0 for $1'),
  ];

  test.each([
    { typed: '/all', expected: 'All: .' },
    { typed: '/all  one  two ', expected: 'All: one  two.' },
    { typed: ' /all\nseveral\nlines', expected: 'All: several\nlines.' },
    { typed: '/parts one "two words" \'three\'', expected: '1=one 2=two words 9=' },
    { typed: '/parts $2 x', expected: '1=$2 2=x 9=' },
    { typed: '/all $1 $& $ARGUMENTS', expected: 'All: $1 $& $ARGUMENTS.' },
    { typed: '/none', expected: 'Fixed.' },
    { typed: '/none but this', expected: 'Fixed.\n\nArguments: but this' },
    { typed: '/a:same', expected: 'of a' },
    { typed: '/alone', expected: 'alone' },
    { typed: '/own', expected: 'own of the project' },
    { typed: '/b:own', expected: 'own of b' },
    { typed: '/money 5', expected: '$10 and $ARGUMENTSX and $0 for 5' },
    { typed: '/same', expected: undefined },
    { typed: '/gone', expected: undefined },
    { typed: '/All', expected: undefined },
    { typed: '/etc/hosts', expected: undefined },
    { typed: '/all/more', expected: undefined },
    { typed: '/all, please', expected: undefined },
    { typed: '//all', expected: undefined },
    { typed: '/', expected: undefined },
    { typed: 'use /all', expected: undefined },
    { typed: '', expected: undefined },
  ])('$typed', ({ typed, expected }) => expect(expandCommand(typed, commands)).toBe(expected));

  test('for every argument, what stands in it reaches the model as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (argument) => {
        expect(expandCommand(`/all ${argument}`, commands)).toBe(`All: ${argument.trim()}.`);
      }),
    );
  });

  test('a list shows the shortest name, and it leads back to the same command', () => {
    const names = commands.map((each) => shortName(commands, each));
    expect(names).toEqual(['all', 'parts', 'none', 'a:same', 'b:same', 'b:own', 'own', 'alone', 'money']);
    expect(names.map((name) => byShortName(commands, name))).toEqual(commands);
  });
});
