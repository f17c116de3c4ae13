import { expect, test } from 'vitest';
import { ToolFailure, type Tool } from '#agent/tool.ts';
import { bashTool } from '#tools/bash.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';
import { runForText, runTool } from './run-tool.ts';

const inShell = <Value>(
  use: (bash: (command: string, more?: object) => Promise<string>, tool: Tool) => Promise<Value>,
) =>
  withWorkspace((workspace) => {
    const tool = bashTool(workspace);
    return use((command, more) => runForText(tool, { command, ...more }), tool);
  });

/** What a command that fails says; one that does not fail is a fault of the test. */
const failureOf = (running: Promise<string>): Promise<string> =>
  running.then(
    (text) => Promise.reject(new Error(`did not fail: ${text}`)),
    (error: unknown) => {
      if (error instanceof ToolFailure) return error.message;
      throw error;
    },
  );

test.each([
  ['starts in the workspace', 'pwd; ls', '/workspace\ninput\noutput'],
  ['text tools', `printf 'b 2\\na 1\\n' | sort | awk '{print $2}' | tr '\\n' ','`, '1,2,'],
  ['json', `echo '{"a":[1,2]}' | jq -c '.a'`, '[1,2]'],
  ['nothing printed', 'true', '(no output)'],
  ['files', 'mkdir -p a/b && echo hi > a/b/c && mv a/b/c a/d && cp -r a e && rm -r a && cat e/d', 'hi'],
  [
    'unicode',
    `echo 'grüße 🌍' > ü.txt; cat ü.txt; wc -c < ü.txt; cat ü.txt | sed s/g/G/`,
    'grüße 🌍\n13\nGrüße 🌍',
  ],
  ['append', 'echo 1 > f; echo 2 >> f; cat f', '1\n2'],
  ['a redirection makes its folder', 'echo x > new/f; cat new/f', 'x'],
  ['while read', `printf 'a\\nb\\n' | while read x; do echo "[$x]"; done`, '[a]\n[b]'],
  ['while read from a file', `printf 'a\\nb\\n' > f; while read x; do echo "[$x]"; done < f`, '[a]\n[b]'],
  ['status in a loop', 'while ! false; do echo $?; break; done; for i in 1; do false; echo $?; done', '0\n1'],
  ['set -e and loops', 'set -e; false || for i in 1 2; do echo $i; done', '1\n2'],
  ['set -x and loops', 'set -x; for i in 1; do : $i; done', '+ : 1'],
  ['/dev/null', 'echo x > /dev/null; echo y 2>/dev/null; cat /dev/null', 'y'],
  ['/tmp', 'echo x > /tmp/f; cp /tmp/f .; mv f output; cat output/f', 'x'],
  ['gzip', 'echo hello > f; gzip f; zcat f.gz', 'hello'],
  ['chmod', 'touch f; chmod 755 f; stat -c %a f', '755'],
  ['a script', `printf 'echo "hi $1"' > s.sh; bash s.sh you`, 'hi you'],
  ['environment', 'env | cut -d= -f1 | sort | tr "\\n" " "', 'HOME PATH PWD USER'],
])('%s', async (_, command, expected) => {
  expect(await inShell((bash) => bash(command))).toBe(expected);
});

test.each([
  ['exit code', 'echo out; echo err >&2; exit 3', 'Exit code 3\nout\nerr'],
  [
    'a redirection that cannot be',
    'echo x > f; echo y > f/g; echo z',
    'Exit code 1\nbash: ENOTDIR: /workspace/f is not a folder.',
  ],
  ['outside', 'cat /etc/passwd', 'Exit code 1\ncat: /etc/passwd: No such file or directory'],
  ['nothing found', 'grep x /dev/null', 'Exit code 1'],
])('a command that fails is a failure: %s', async (_, command, expected) => {
  expect(await inShell((bash) => failureOf(bash(command)))).toBe(expected);
});

test.each([
  ['a condition', `[[ $x =~ ^(a+)+$ ]] || echo no`],
  ['grep', `echo "$x" | grep -cE '^(a+)+$' || echo no`],
  ['sed', `echo "$x" | sed -E 's/^(a+)+$/x/' | grep -c '!'`],
  ['awk', `echo "$x" | awk '/^(a+)+$/ { exit 1 }'`],
  ['jq', `echo "\\"$x\\"" | jq 'test("^(a+)+$")'`],
  ['an extended glob', `shopt -s extglob; echo "\${x//+(+(a))b/y}"`],
  ['a glob', `touch "$x"; ls *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b || echo no`],
  ['find', `touch "$x"; find . -name '*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b'; find . -regex '.*(a+)+$'`],
])('no pattern hangs the object: %s', async (_, command) => {
  // With an engine that backtracks, each would take years.
  await inShell((bash) => bash(`x=${'a'.repeat(200)}!; ${command}`));
});

test('links are refused with a reason', async () => {
  expect(await inShell((bash) => bash('echo x > f; ln -s f g; ln f h; ls'))).toContain('has no links');
});

test.each([
  'python3 x.py',
  'python',
  'node -v',
  'git status',
  'npm i',
  'curl http://example.com',
  'ssh x',
  'tar c',
  'sqlite3',
])('no such program: %s', async (command) => {
  const [program] = command.split(' ');
  expect(await inShell((bash) => failureOf(bash(command)))).toMatch(
    new RegExp(`^Exit code 127\nbash: ${program}: command not found\nThis shell has only`),
  );
});

test('the directory stays for the next call, variables do not', async () => {
  await inShell(async (bash) => {
    await bash('mkdir -p a/b; cd a/b; x=1');
    expect(await bash('pwd; echo "[$x]"')).toBe('/workspace/a/b\n[]');
    expect(await bash('cd ..; rm -r b; cd /tmp; echo keep > kept')).toBe('(no output)');
    expect(await bash('pwd; cat kept; cd /workspace/a; rm -r /workspace/a')).toBe('/tmp\nkeep');
    expect(await bash('pwd')).toBe('/workspace');
  });
});

test('long output is cut in the middle', async () => {
  const output = await inShell((bash) => bash('seq 1 20000'));
  expect(output.length).toBeLessThan(30_100);
  expect(output).toMatch(/^1\n2\n[\s\S]*characters cut[\s\S]*\n19999\n20000$/);
});

test.each([
  ['while true; do :; done', 'too many commands'],
  ['for ((;;)); do x=$((x+1)); done', 'too many'],
  ['f() { f; }; f', 'maximum recursion depth'],
  ['x=aaaaaaaa; while true; do x=$x$x; done', 'limit exceeded'],
  [`awk 'BEGIN { while (1) i++ }'`, 'maximum iterations'],
])('%s ends by itself', async (command, expected) => {
  const output = await inShell((bash) => failureOf(bash(command)));
  expect(output).toContain(expected);
  expect(output).not.toContain('executionLimits');
});

test.each([
  'sleep 30',
  'while true; do :; done',
  'while true; do sleep 0.01; done',
  'until false; do true; done',
  'for ((;;)); do x=$((x+1)); done',
  'for i in $(seq 1 1000); do for j in $(seq 1 1000); do x=$j; done; done',
  'f() { while true; do :; done; }; f',
  'if true; then case x in x) { (while true; do :; done) };; esac; fi',
  `bash -c 'while true; do :; done'`,
  'while true; do echo x > f; cat f > /dev/null; done',
  'seq 1 20000 | xargs -n 1 echo',
])('%s is cancelled promptly', async (command) => {
  await inShell(async (bash, tool) => {
    await bash('true');
    const controller = new AbortController();
    const ended = { outcome: '' };
    const running = runTool(tool, { command }, controller.signal).then(
      () => (ended.outcome = 'ended by itself'),
      (error: unknown) => (ended.outcome = String(error)),
    );
    // That this timer fires while the command runs shows that a request to cancel gets through to it.
    await scheduler.wait(20);
    expect(ended.outcome).toBe('');
    controller.abort();
    // Turns of the event loop and not milliseconds, which a busy machine may take for anything; idle it is 1 to 30 ms.
    let turns = 0;
    for (; ended.outcome === '' && turns < 100; turns += 1) await scheduler.wait(0);
    expect(turns).toBeLessThan(20);
    await running;
    expect(ended.outcome).toBe('ToolFailure: The command was cancelled.');
    expect(await bash('echo still here')).toBe('still here');
  });
});

test('a timeout stops the command and says so', async () => {
  await inShell(async (bash) => {
    await expect(bash('sleep 30', { timeout: 50 })).rejects.toThrow('stopped after 50 ms');
    expect(await bash('echo still here')).toBe('still here');
  });
});

test('no background', async () => {
  await inShell((bash) => expect(bash('ls', { run_in_background: true })).rejects.toThrow('background'));
});

test('no folder is from 1970', async () => {
  const listing = await inShell((bash) => bash('ls -l / /workspace'));
  expect(listing).toMatch(/ workspace\/$/m);
  expect(listing).not.toContain('1970');
});
