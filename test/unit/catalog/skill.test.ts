import { expect, test } from 'vitest';
import { parseSkill } from '#catalog/skill.ts';

const parse = (text: string) => parseSkill({ folder: 'good-name', path: 'x/SKILL.md', text });

test('name, description and body; a long description becomes one line, unknown keys pass', () => {
  const text =
    '---\nname: good-name\ndescription: >\n  Does this\n  and that.\nallowed-tools: [Read]\n---\n\n# Body\n\n---\n\nText\n';
  expect(parse(text)).toEqual({
    ok: true,
    value: { name: 'good-name', description: 'Does this and that.', body: '# Body\n\n---\n\nText' },
  });
});

test.each([
  {
    what: 'no front matter',
    text: '# Title\n',
    problems: ['1:1 has no front matter: begin with the lines "---", "name: …", "description: …", "---"'],
  },
  {
    what: 'no end',
    text: '---\nname: good-name\n',
    problems: ['1:1 the front matter has no end: close it with a line "---"'],
  },
  {
    what: 'an empty one',
    text: '---\n---\nBody',
    problems: ['1:1 (the whole file): must hold `name: …` and `description: …`'],
  },
  {
    what: 'no description',
    text: '---\nname: good-name\n---\nBody',
    problems: ['1:1 description: is required'],
  },
  {
    what: 'another name, and an empty description',
    text: '---\nname: other\ndescription: " "\n---\nBody',
    problems: ['2:1 name: must be the name of the folder, "good-name"', '3:1 description: must not be empty'],
  },
  {
    what: 'a description that is too long',
    text: `---\nname: good-name\ndescription: ${'x'.repeat(1025)}\n---\nBody`,
    problems: ['3:1 description: may have at most 1,024 characters'],
  },
  {
    what: 'YAML that cannot be read',
    text: '---\nname: good-name\ndescription: Use: this\n---\nBody',
    problems: [expect.stringMatching(/^3:\d+ Nested mappings/)],
  },
  {
    what: 'no body',
    text: '---\nname: good-name\ndescription: Does.\n---\n \n',
    problems: ['4:1 no instructions follow the front matter'],
  },
])('$what is said, with file and line', ({ text, problems }) => {
  const parsed = parse(text);
  if (parsed.ok) throw new Error('was taken');
  expect(parsed.problem.map((line) => line.replace(/^x\/SKILL\.md:/, ''))).toEqual(problems);
});

test('the name is one that a folder and a prompt can carry', () => {
  const text = '---\nname: Bad_Name\ndescription: Does.\n---\nBody';
  expect(parseSkill({ folder: 'Bad_Name', path: 'x/SKILL.md', text })).toEqual({
    ok: false,
    problem: ['x/SKILL.md:2:1 name: may have 1 to 64 lower-case letters, digits and "-"'],
  });
});
