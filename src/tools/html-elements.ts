export type Attributes = Readonly<Record<string, string>>;

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Not the page's own text: what runs, what navigates, what a person operates. */
export const skipped = setOf(
  'script style noscript template nav footer svg iframe object canvas video audio button select textarea label',
);
/** Apart from what surrounds them. */
export const blocks = setOf('p dl figure details');
/** On a line of their own. */
export const lines = setOf(
  'address article aside caption dd div dt fieldset figcaption form header legend main section summary',
);
/** Each a line, where they stand within `pre`. */
export const linesOfCode = setOf('div p li tr');

/** Text that no reader sees is left out: it is where a page would hide words that are meant for a model. */
export const isHidden = (attributes: Attributes): boolean =>
  attributes['hidden'] !== undefined ||
  attributes['aria-hidden'] === 'true' ||
  /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attributes['style'] ?? '');

export const languageOf = (attributes: Attributes): string =>
  /\blang(?:uage)?-([\w+#-]{1,30})/.exec(attributes['class'] ?? '')?.[1] ?? '';
