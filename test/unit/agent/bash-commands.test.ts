import process from 'node:process';
import { expect, test } from 'vitest';
import { runCommands } from '#agent/bash-commands.ts';

test.each<[line: string, commands: (string | undefined)[]]>([
  ['ls -l', ['ls -l']],
  ['rm\t-rf   x', ['rm -rf x']],
  ['a; b && c || d | e & f\ng', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
  ['FOO=1 BAR+=x rm y', ['rm y']],
  ['FOO=1', []],
  ['"rm" x', ['rm x']],
  ["'r'm x", ['rm x']],
  ['\\rm x', ['rm x']],
  ['r\\\nm x', ['rm x']],
  ['/bin/rm x', ['rm x']],
  ['echo "a; rm x"', ['echo a; rm x']],
  ["echo 'a && rm x'", ['echo a && rm x']],
  ['echo "$(rm x)" y', ['echo ', 'rm x', ' y']],
  ['echo `rm x`', ['echo ', 'rm x']],
  ['(cd a; rm x)', ['cd a', 'rm x']],
  ['if true; then rm x; fi', ['true', 'rm x', 'fi']],
  ['while read f; do rm "$f"; done', ['read f', 'rm $f', 'done']],
  ['{ rm x; }', ['rm x', '}']],
  ['! rm x', ['rm x']],
  ['>out 2>err rm x', ['rm x']],
  ['ls 2>&1 >/dev/null x', ['ls x']],
  ['diff <(rm x) y', ['diff', 'rm x', 'y']],
  ['find . -name y -exec rm {} \\;', ['find . -name y -exec rm {} ;', 'rm {} ;']],
  ['bash -c "rm x; ls"', ['bash -c rm x; ls', '-c', 'rm x', 'ls']],
  ["eval 'rm x'", ['eval rm x', 'rm x']],
  ['$CMD x', [undefined]],
  ['"$CMD" x', [undefined]],
  ['{rm,-rf,x}', [undefined]],
  ['/bin/r? x', [undefined]],
])('%s', (line, commands) => {
  expect(runCommands(line)).toEqual(commands);
});

test.each([
  'echo "rm x" | bash',
  'bash <<< "rm x"',
  'bash a.sh',
  'bash build.sh -c Release',
  'sh ./a.sh -xc y',
  'bash -x a.sh -c y',
  'bash -o pipefail a.sh -c y',
  'bash -- a.sh -c y',
  'bash - -c y',
  'bash --rcfile -c a.sh',
  'bash -s -- -c y',
  'bash "" -c y',
  'sudo bash a.sh -c y',
  'source a.sh',
  '. ./a.sh',
  'ls | xargs sh',
  'sudo -u ada bash -x a.sh',
])('what %s runs is not in the line', (line) => {
  expect(runCommands(line)).toContain(undefined);
});

test.each([
  'bash -c "ls"',
  'bash -lc ls',
  'bash -x -c ls',
  'bash -eo pipefail -c ls',
  'bash +e --norc -c ls',
  'bash -O extglob -c ls',
])('what %s runs is all in the line', (line) => {
  expect(runCommands(line)).not.toContain(undefined);
});

test.each([
  'sudo rm x',
  'sudo -u ada rm x',
  'ls | xargs rm x',
  'ls | xargs -n 1 -P 2 rm x',
  'env A=1 rm x',
  'timeout 5 rm x',
  'nohup nice -n 5 rm x',
  'sudo bash -c "rm x"',
  'command rm x',
  'bash -c \'sh -c "rm x"\'',
])('%s runs rm x', (line) => {
  expect(runCommands(line)).toContain('rm x');
});

/** Milliseconds of the processor, the least of three: what a busy machine does meanwhile does not count. */
function cost(line: string): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    runCommands(line);
    return process.cpuUsage(before).user / 1000;
  });
  return Math.max(1, Math.min(...times));
}

test.each(['xargs ', '$(', '"', 'eval ', 'a '])('reading many of %j takes time in proportion', (piece) => {
  const line = (characters: number) => piece.repeat(characters / piece.length);
  cost(line(20_000));
  // Fifty times the length: fifty times the cost, or 2,500 times if each character looked at all before it
  expect(cost(line(1_000_000)) / cost(line(20_000))).toBeLessThan(500);
});
