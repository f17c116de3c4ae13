/** What 1,500 tokens, about the price of an image or a page, are in characters. */
const MEDIA_WEIGHT = 6_000;

/** Characters as JSON, where an image or a document counts as what it costs and not as its base64. */
export function weight(value: unknown): number {
  let media = 0;
  const json = JSON.stringify(value, (key: string, part: unknown) => {
    if (key !== 'data' || typeof part !== 'string') return part;
    media += 1;
    return '';
  });
  return json.length + media * MEDIA_WEIGHT;
}

/** A token of English is about four characters, of code and JSON fewer: rather too many than too few. */
export const tokensOf = (characters: number): number => characters / 3;
