import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import { root } from '#files/path.ts';
import type { Workspace } from '#files/workspace.ts';
import type { Shell, ShellResult } from '#tools/bash-shell.ts';
import { cutMiddle } from '#tools/cut-middle.ts';
import { withDeadline } from '#lib/deadline.ts';

const maxOutput = 30_000;
const defaultTimeout = 120_000;
const maxTimeout = 600_000;

const description = `Runs a command line in the Bash shell of this workspace.

- Files are under ${root}, where the shell starts. What the user uploaded is in ${root}/input; put results for the user into ${root}/output. /tmp is for scratch files and may vanish.
- A change of directory lasts until the next call; variables and functions do not.
- There are the usual text and file programs (cat, grep, rg, sed, awk, jq, sort, find, diff, gzip …; \`help\` lists them), pipes, loops and functions. There is no network, and no python, node, git, package manager, compiler, tar or sqlite.
- For reading, editing and searching files, prefer Read, Edit, Glob and Grep.
- A command line ends after 100,000 commands or loop rounds, or its timeout. Output beyond ${maxOutput.toLocaleString('en')} characters is cut in the middle.`;

const missingProgram = `This shell has only its built-in programs: text and file tools such as grep, sed, awk, jq, sort, find and diff (\`help\` lists them). There is no python, node, git, package manager or network here, and nothing can be installed. Do the work with these programs or with the other tools.`;

const input = z.object({
  command: z.string().min(1).describe('The command line to run'),
  description: z.string().optional().describe('What it does, in 5 to 10 words, for the user to read'),
  timeout: z
    .number()
    .int()
    .min(1)
    .max(maxTimeout)
    .default(defaultTimeout)
    .describe(`Milliseconds until it is stopped, at most ${maxTimeout}`),
  run_in_background: z.boolean().optional().describe('Not available here: leave it out'),
});

/** One shell per workspace: it keeps `/tmp` and the directory it is in for as long as the tool lives. */
export const bashTool = (workspace: Workspace) => {
  let shell: Promise<Shell> | undefined;
  let directory = root;
  return defineTool({
    name: 'Bash',
    description,
    input,
    effects: 'workspace',
    async run({ command, timeout, run_in_background }, { signal }) {
      if (run_in_background === true) {
        throw new ToolFailure(
          'This shell cannot run commands in the background. Run the command without run_in_background.',
        );
      }
      // The interpreter is a large part of the Worker's code: it is loaded when the first command runs, not at the start.
      shell ??= import('#tools/bash-shell.ts').then(({ Shell }) => new Shell(workspace));
      const running = await shell;
      const result = await withDeadline(timeout, signal, async (deadline) => {
        const ended = await running.run(command, directory, deadline.signal);
        if (signal.aborted) throw new ToolFailure('The command was cancelled.');
        if (!deadline.isOver()) return ended;
        throw new ToolFailure(
          `The command was stopped after ${timeout} ms, and its output is lost. Do less at once, or give a longer timeout (at most ${maxTimeout} ms).`,
        );
      });
      directory = result.directory;
      const text = render(result);
      // As people know it: a command that fails is a call that failed, with all that it printed
      if (result.exitCode !== 0) throw new ToolFailure(text);
      return text;
    },
  });
};

function render({ stdout, stderr, exitCode }: ShellResult): string {
  const errors = stderr
    .replaceAll(/: command not available in browser environments\.[^\n]*/g, ': command not found')
    .replaceAll(/, increase executionLimits\.\w+/g, '');
  const parts = [
    exitCode === 0 ? '' : `Exit code ${exitCode}`,
    cutMiddle([stdout.trimEnd(), errors.trimEnd()].filter((part) => part !== '').join('\n'), maxOutput),
    /: command not found$/m.test(errors) ? missingProgram : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '(no output)' : parts.join('\n');
}
