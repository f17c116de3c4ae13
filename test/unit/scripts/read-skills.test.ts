import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSkills } from '../../../scripts/read-skills.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skills-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (files: Record<string, string | Uint8Array>) => {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, '.claude/skills', path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
};
const skillText = (name: string) => `---\nname: ${name}\ndescription: Does ${name}.\n---\nDo it.\n`;

test('skills by name, each with its files by path, hidden files left out', () => {
  put({
    'b/SKILL.md': skillText('b').replaceAll('\n', '\r\n'),
    'b/scripts/z.sh': 'echo z\r\n',
    'b/a.md': '\uFEFFgrüße',
    'b/.DS_Store': '\0',
    'a/SKILL.md': skillText('a'),
    'README.md': 'Not a skill',
  });
  expect(readSkills(root)).toEqual({
    skills: [
      { name: 'a', description: 'Does a.', body: 'Do it.', files: [] },
      {
        name: 'b',
        description: 'Does b.',
        body: 'Do it.',
        files: [
          { path: 'a.md', text: 'grüße' },
          { path: 'scripts/z.sh', text: 'echo z\n' },
        ],
      },
    ],
    problems: [],
  });
});

test('a broken skill is left out with a line that says where and what, and the others go on', () => {
  put({
    'good/SKILL.md': skillText('good'),
    'bare/SKILL.md': '# No front matter\n',
    'none/notes.md': 'x',
    'misnamed/SKILL.md': skillText('other'),
    'picture/SKILL.md': skillText('picture'),
    'picture/a.png': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0]),
    'large/SKILL.md': skillText('large'),
    'large/data.csv': 'x'.repeat(200_001),
    'link/SKILL.md': skillText('link'),
  });
  symlinkSync('/etc/hostname', join(root, '.claude/skills/link/host'));
  const { skills, problems } = readSkills(root);
  expect(skills.map(({ name }) => name)).toEqual(['good']);
  expect(problems).toEqual([
    '.claude/skills/bare/SKILL.md:1:1 has no front matter: begin with the lines "---", "name: …", "description: …", "---"',
    '.claude/skills/large/data.csv: has 200001 bytes: a file may have at most 200000',
    '.claude/skills/link/host: is a link: put the file itself there',
    '.claude/skills/misnamed/SKILL.md:2:1 name: must be the name of the folder, "misnamed"',
    '.claude/skills/none/SKILL.md: is missing or cannot be read',
    '.claude/skills/picture/a.png: is not text in UTF-8, and only text can be used',
  ]);
});

test('no folder of skills is no skill', () => {
  expect(readSkills(root)).toEqual({ skills: [], problems: [] });
});
