import { array, assert, constantFrom, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { showOnce } from '#model/show-once.ts';

/** Few letters, so that answers often begin alike. */
const deltas = array(string({ unit: constantFrom('a', 'b'), maxLength: 4 }), { maxLength: 6 });

test('whatever the attempts say: what is shown only grows, and only where they agree', () => {
  assert(
    property(array(deltas, { minLength: 1, maxLength: 4 }), (attempts) => {
      const once = showOnce();
      let seen = '';
      for (const attempt of attempts) {
        once.restart();
        const before = seen;
        for (const delta of attempt) seen += once.text(delta);
        const said = attempt.join('');
        expect(seen).toBe(said.startsWith(before) ? said : before);
      }
    }),
    { numRuns: 2000 },
  );
});

test('the pieces in which a repeated answer comes do not matter', () => {
  assert(
    property(string({ unit: 'grapheme' }), nat(), nat(), (text, cutAt, splitAt) => {
      const once = showOnce();
      const shown = [once.text(text.slice(0, cutAt % (text.length + 1)))];
      once.restart();
      const split = splitAt % (text.length + 1);
      shown.push(once.text(text.slice(0, split)), once.text(text.slice(split)));
      expect(shown.join('')).toBe(text);
    }),
  );
});
