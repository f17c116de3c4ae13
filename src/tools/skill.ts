import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import { byShortName } from '#catalog/by-short-name.ts';
import { bundle } from '#catalog/bundle.generated.ts';
import { skillFolder, type Skill } from '#catalog/skill.ts';
import { root } from '#files/path.ts';
import type { Workspace } from '#files/workspace.ts';
import { orFail } from '#tools/workspace-failure.ts';

const description = `Loads a skill: instructions for one kind of work, and the scripts and references that belong to it.

- The skills there are, and what each is for, are listed under "Skills" in your instructions.
- When a task fits a skill, load it before you begin and follow it. One load is enough for as long as you can still see its text.
- A skill's files are put into ${root}/.skills/<skill>, for Read and Bash.`;

const input = z.object({
  skill: z.string().min(1).describe('The name of the skill'),
  args: z
    .string()
    .optional()
    .describe('What to apply it to, in a few words; a skill may say what it expects'),
});

export const skillTool = (workspace: Workspace, skills: readonly Skill[] = bundle.skills) =>
  defineTool({
    name: 'Skill',
    description,
    input,
    effects: 'workspace',
    async run({ skill: wanted, args }) {
      const skill = byShortName(skills, wanted);
      if (skill === undefined) {
        const names = skills.map(({ name }) => name).join(', ');
        throw new ToolFailure(`There is no skill "${wanted}". There are: ${names || 'none'}.`);
      }
      const folder = `${root}/.skills/${skillFolder(skill.name)}`;
      for (const { path, text } of skill.files) {
        orFail(await workspace.writeFile(`${folder}/${path}`, text));
      }
      const files = skill.files.map(({ path }) => `- ${folder}/${path}`).join('\n');
      return [
        skill.body,
        files && `# Files of this skill\n\nPaths in the text above are relative to ${folder}.\n\n${files}`,
        args && `# Arguments\n\n${args}`,
      ]
        .filter(Boolean)
        .join('\n\n');
    },
  });
