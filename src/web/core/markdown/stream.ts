import { parseBlocks, type Env, type Node } from '#web/core/markdown/parser.ts';
import { tidyTail } from '#web/core/markdown/tidy-tail.ts';

/** A top-level block of a reply. The same object as before as long as nothing in it changed. */
export interface Block {
  readonly key: number;
  readonly node: Node;
}

export interface MarkdownStream {
  /** The blocks of `text`, which begins with the text given last time or replaces it. */
  update(text: string, finished: boolean): readonly Block[];
}

/**
 * Parses only from the last settled block on. A block is settled when two later ones exist: whatever is appended
 * then can no longer change it, except through a link definition, for which the finished text is parsed once more.
 *
 * Contract: after `update(text, true)` the nodes are those of parsing `text` at once, and blocks that did not change
 * are the same objects.
 */
export function createMarkdownStream(): MarkdownStream {
  let text = '';
  let settled: readonly Block[] = [];
  let settledTo = 0;
  let settledEnv: Env = {};
  let shown: readonly Block[] = [];

  const restart = () => {
    settled = [];
    settledTo = 0;
    settledEnv = {};
  };

  function update(next: string, finished: boolean): readonly Block[] {
    if (!next.startsWith(text)) restart();
    text = next;
    if (finished) restart();
    const tail = finished ? text : tidyTail(text.slice(settledTo));
    const blocks = parseBlocks(tail, copyEnv(settledEnv));
    shown = [...settled, ...blocks.map(({ node }, index) => keep(settled.length + index, node))];
    if (!finished && blocks.length > 2) settle(tail, blocks.at(-2)?.lines[0] ?? 0);
    return shown;
  }

  /** The block shown under this key, if it is still the same one. */
  function keep(key: number, node: Node): Block {
    const before = shown[key];
    const same = before !== undefined && JSON.stringify(before.node) === JSON.stringify(node);
    return same ? before : { key, node };
  }

  function settle(tail: string, line: number): void {
    const length = startOfLine(tail, line);
    // Parsed again only for its link definitions: those of the unfinished rest may still be half written.
    parseBlocks(tail.slice(0, length), settledEnv);
    settled = shown.slice(0, -2);
    settledTo += length;
  }

  return { update };
}

const copyEnv = (env: Env): Env => ({ references: { ...env.references } });

function startOfLine(text: string, line: number): number {
  let at = 0;
  for (let passed = 0; passed < line; passed += 1) at = text.indexOf('\n', at) + 1;
  return at;
}
