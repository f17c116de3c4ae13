import { fail, succeed, type Result } from '#lib/result.ts';

export interface Replacement {
  readonly oldText: string;
  readonly newText: string;
  readonly all: boolean;
}

/**
 * Replaces a text that must be there, and be there once unless all are meant. The problem is a sentence for the model.
 * `line` is the index of the line where the first replacement begins.
 */
export function replaceText(
  text: string,
  { oldText, newText, all }: Replacement,
): Result<{ readonly text: string; readonly line: number; readonly count: number }, string> {
  if (oldText === '') return fail('old_string is empty. To make or replace a whole file, use Write.');
  if (oldText === newText) return fail('old_string and new_string are the same: there is nothing to change.');
  const parts = text.split(oldText);
  const count = parts.length - 1;
  const [before = '', ...after] = parts;
  if (count === 0) {
    // The model reads files without carriage returns, so it cannot write them either.
    return text.includes('\r\n') && /(?<!\r)\n/.test(oldText)
      ? replaceText(text, { oldText: toCrlf(oldText), newText: toCrlf(newText), all })
      : fail(
          'old_string is not in the file. Read the file again and copy the text exactly, without line numbers.',
        );
  }
  if (count > 1 && !all) {
    return fail(
      `old_string is in the file ${count} times. Give more of the text around it, so that it is there once, or set replace_all.`,
    );
  }
  return succeed({
    text: before + newText + after.join(newText),
    line: before.split('\n').length - 1,
    count,
  });
}

const toCrlf = (text: string) => text.replaceAll(/\r?\n/g, '\r\n');
