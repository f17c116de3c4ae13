/** Deeper than anyone nests `bash -c`; a line that does cannot be read. */
const MAX_DEPTH = 3;

/** As many words after `sudo` or `xargs` may be their own options. */
const MAX_OPTIONS = 20;

const keywords: ReadonlySet<string> = new Set('if then elif else while until do ! { time'.split(' '));
/** Run what follows their options. */
const wrappers: ReadonlySet<string> = new Set(
  'sudo doas env nohup nice ionice command builtin exec stdbuf setsid timeout xargs busybox parallel'.split(
    ' ',
  ),
);
const shells: ReadonlySet<string> = new Set('eval bash sh zsh dash ksh'.split(' '));

interface Word {
  readonly text: string;
  /** What it will be is known only when it runs: a variable, a pattern, a brace. */
  readonly open: boolean;
}

/**
 * The commands that a line runs, each as its words with a space between: without quotes, assignments, redirections,
 * keywords, and what only runs another command (`sudo`, `xargs`, `find -exec`, `bash -c`). Undefined stands for one
 * whose name cannot be known before it runs. Contract: rather one too many than one too few; takes linear time.
 */
export function runCommands(line: string, depth = 0): (string | undefined)[] {
  return simpleCommands(line).flatMap((words) => named(words, depth));
}

function named(words: readonly Word[], depth: number): (string | undefined)[] {
  const start = words.findIndex(({ text }) => !keywords.has(text) && !/^\w+(?:\[[^\]]*\])?\+?=/.test(text));
  const [first, ...rest] = start === -1 ? [] : words.slice(start);
  if (first === undefined) return [];
  if (first.open) return [undefined];
  const name = first.text.slice(first.text.lastIndexOf('/') + 1);
  const commands: (string | undefined)[] = [[name, ...rest.map(({ text }) => text)].join(' ')];
  if (wrappers.has(name)) {
    for (let skip = 0; skip < Math.min(rest.length, MAX_OPTIONS); skip += 1)
      commands.push(...(rest[skip]?.open ? [undefined] : bare(rest.slice(skip), depth)));
  }
  if (name === 'find') {
    for (const [index, { text }] of rest.entries())
      if (/^-(?:exec|ok)(?:dir)?$/.test(text)) commands.push(...named(rest.slice(index + 1), depth));
  }
  if (runsUnseen(name, rest)) commands.push(undefined);
  if (shells.has(name)) {
    const lines = name === 'eval' ? [rest.map(({ text }) => text).join(' ')] : rest.map(({ text }) => text);
    if (rest.some(({ open }) => open)) commands.push(undefined);
    for (const inner of lines)
      commands.push(...(depth < MAX_DEPTH ? runCommands(inner, depth + 1) : [undefined]));
  }
  return commands;
}

/** What a file or the input of a shell holds is not in the line: `source a.sh`, `bash a.sh`, `echo … | bash`. */
const runsUnseen = (name: string, rest: readonly Word[]): boolean =>
  name === '.' || name === 'source' || (shells.has(name) && name !== 'eval' && !takesLine(rest));

/** Whether a shell is told to run a line: `-c` counts before the first word that is no option, as `pipefail` is one of `-o`. */
function takesLine(rest: readonly Word[]): boolean {
  for (let at = 0; at < rest.length; at += 1) {
    const text = rest[at]?.text ?? '';
    if (/^-[A-Za-z]*c/.test(text)) return true;
    if (!/^[-+][A-Za-z]|^--(?:login|no\w+|posix)$/.test(text)) return false;
    if (/^[-+][A-Za-z]*[oO]$/.test(text)) at += 1;
  }
  return false;
}

/** Behind `sudo` any word may be the command: `sudo -u ada rm x`. */
function bare(words: readonly Word[], depth: number): (string | undefined)[] {
  const name = words[0]?.text ?? '';
  if (shells.has(name) || name === 'find') return named(words, depth);
  return [words.map(({ text }) => text).join(' ')];
}

/** A line's commands as words, those within `$(…)`, backquotes and parentheses as commands of their own. */
function simpleCommands(line: string): Word[][] {
  const commands: Word[][] = [];
  let words: Word[] = [];
  let word: { text: string; open: boolean } | undefined;
  let quoted = false;
  let redirects = false;
  /** For each open parenthesis, whether it stands within double quotes. */
  const outer: boolean[] = [];
  const add = (text: string, open = false) => {
    word ??= { text: '', open: false };
    word.text += text;
    word.open ||= open;
  };
  const endWord = () => {
    if (word !== undefined && !redirects) words.push(word);
    if (word !== undefined) redirects = false;
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    redirects = false;
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (sign === '\\') {
      at += 1;
      if (line.charAt(at) !== '\n') add(line.charAt(at));
    } else if (sign === '$' && line.charAt(at + 1) === '(') {
      add('', true);
      outer.push(quoted);
      quoted = false;
      at += 1;
      endCommand();
    } else if (sign === '`') {
      add('', true);
      quoted = false;
      endCommand();
    } else if (sign === '"') {
      quoted = !quoted;
      add('');
    } else if (quoted) {
      add(sign, sign === '$');
    } else if (sign === "'") {
      const end = line.indexOf("'", at + 1);
      add(line.slice(at + 1, end === -1 ? undefined : end));
      at = end === -1 ? line.length : end;
    } else if (sign === ')') {
      endCommand();
      quoted = outer.pop() ?? false;
    } else if (/[;|&\n(]/.test(sign)) {
      if (sign === '(') outer.push(false);
      endCommand();
    } else if (sign === '<' || sign === '>') {
      if (word !== undefined && /^\d+$/.test(word.text)) word = undefined;
      endWord();
      if (line.charAt(at + 1) === '&') at += 1;
      redirects = true;
    } else if (/\s/.test(sign)) {
      endWord();
    } else
      add(
        sign,
        /[$*?[{]/.test(sign) && !(sign === '{' && word === undefined && /\s/.test(line.charAt(at + 1))),
      );
  }
  endCommand();
  return commands;
}
