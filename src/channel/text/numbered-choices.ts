import type { Choice } from '#channel/platform.ts';
import { escapeMarkdown } from './escape-markdown.ts';

/** A question for platforms without buttons, or with too few or too small ones: the user answers with a number. */
export function numberedChoices(markdown: string, choices: readonly Choice[]): string {
  const lines = choices.map(
    ({ label, description }, index) =>
      `${index + 1}. ${inLine(label)}${description === '' ? '' : ` — ${inLine(description)}`}`,
  );
  return [markdown, lines.join('\n'), 'Reply with the number.']
    .filter((part) => part.trim() !== '')
    .join('\n\n');
}

const inLine = (text: string): string => escapeMarkdown(text.replace(/\s+/g, ' ').trim());
