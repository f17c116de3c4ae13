import { promptText, type Prompt } from '#protocol/prompt.ts';
import type { EntryBody } from '#session/entry.ts';

/** What a turn's first entry asks the summary to keep in mind, if it asks for a summary: as a request or typed. */
export function compactInstructions(body: EntryBody | undefined): string | undefined {
  if (body?.kind === 'compact_request') return body.instructions;
  return body?.kind === 'prompt' ? typedInstructions(body.content) : undefined;
}

/** What a turn begins with, as the user typed it, or could have. */
export function typedText(body: EntryBody | undefined): string | undefined {
  if (body?.kind === 'compact_request') return `/compact ${body.instructions}`.trim();
  return body?.kind === 'prompt' ? promptText(body.content) : undefined;
}

/** `/compact`, or `/compact keep the numbers`. */
function typedInstructions(content: Prompt): string | undefined {
  const [first, ...rest] = typeof content === 'string' ? [content] : content;
  const text = typeof first === 'object' ? (first.type === 'text' ? first.text : undefined) : first;
  if (text === undefined || rest.length > 0) return undefined;
  const command = /^\s*\/compact(?:\s+([\s\S]*))?$/.exec(text);
  return command === null ? undefined : (command[1] ?? '').trim();
}
