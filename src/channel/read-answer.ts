import type { InboundMessage } from '#channel/platform.ts';
import type { Asked, QuestionRow } from '#channel/question.ts';

/** The first word, as far as it is a decision, and what follows it. */
export function readDecision(text: string, { yes, no }: { readonly yes: string; readonly no: string }) {
  const [, first = '', feedback = ''] = /^\s*([\p{L}\d]+)[\s.,:;!—-]*(.*)$/su.exec(text) ?? [];
  const isOne = (words: readonly string[]) => words.some((one) => one.toLowerCase() === first.toLowerCase());
  const word = isOne(['1', 'yes', 'y', 'ok', yes]) ? 'yes' : isOne(['2', 'no', 'n', no]) ? 'no' : null;
  return { word, feedback };
}

/** A number, an option or a decision and nothing else: so that it is nothing that was said to somebody else. */
export function isPlainAnswer({ body, place }: QuestionRow, { text, media }: InboundMessage): boolean {
  if (media.length > 0) return false;
  if (body.kind === 'decision') {
    const { word, feedback } = readDecision(text, body);
    return word !== null && feedback === '';
  }
  const asked = body.questions[place];
  return asked !== undefined && chosen(asked, text.trim()).length > 0;
}

/** A number, an option's text, several of them where several may be chosen; anything else is an answer of its own. */
export function readAnswer(asked: Asked, { text }: InboundMessage, picked: number | null) {
  const { options, multiSelect } = asked;
  const said = text.trim();
  if (picked === null && said === '') return null;
  const labels = picked === null ? chosen(asked, said) : [options[picked]?.label ?? ''];
  const other = options.length === 0 ? said : `Other: ${said}`;
  const [answer = other] = labels;
  return answer === '' ? null : !multiSelect ? answer : labels.length > 0 ? labels : [other];
}

/** The labels that were meant; none where it is in words of one's own. */
function chosen({ options, multiSelect }: Asked, said: string): string[] {
  const option = (wanted: string) =>
    options[Number(wanted) - 1] ?? options.find(({ label }) => label.toLowerCase() === wanted.toLowerCase());
  const one = option(said);
  if (one !== undefined) return [one.label];
  if (!multiSelect) return [];
  const several = said.split(/\s*(?:,|;|\band\b)\s*/).map(option);
  const labels = several.flatMap((each) => (each === undefined ? [] : [each.label]));
  return labels.length === several.length ? labels : [];
}
