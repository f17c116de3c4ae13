import { isRecord } from '#web/core/shape.ts';

/** A prompt as people wrote it, and the files it names. */
export interface MessageContent {
  readonly text: string;
  readonly files: readonly string[];
}

const FILE_LINE = /^\[File: (.+)\]$/;

/** A prompt with uploaded files carries their names in a text block of its own, one `[File: name]` a line. */
export function writeContent({ text, files }: MessageContent): string | unknown[] {
  if (files.length === 0) return text;
  const names = { type: 'text', text: files.map((name) => `[File: ${name}]`).join('\n') };
  return text === '' ? [names] : [{ type: 'text', text }, names];
}

export function readContent(content: string | readonly unknown[]): MessageContent {
  if (typeof content === 'string') return { text: content, files: [] };
  const texts: string[] = [];
  const files: string[] = [];
  for (const block of content) {
    if (!isRecord(block)) continue;
    if (block['type'] === 'image') files.push('image');
    const text = block['text'];
    if (typeof text !== 'string') continue;
    const names = text.split('\n').map((line) => FILE_LINE.exec(line)?.[1]);
    if (names.every((name) => name !== undefined)) files.push(...names);
    else texts.push(text);
  }
  return { text: texts.join('\n'), files };
}
