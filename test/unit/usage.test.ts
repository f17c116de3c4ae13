import { expect, test } from 'vitest';
import { addUsage, noUsage } from '#protocol/message.ts';

test('usage adds up', () => {
  const one = {
    input_tokens: 1,
    output_tokens: 2,
    cache_creation_input_tokens: 3,
    cache_read_input_tokens: 4,
  };
  expect(addUsage(one, noUsage)).toEqual(one);
});
