import { plainLines } from '#lib/plain-lines.ts';

const MAX_LENGTH = 60;

/** The subject stands at the beginning, if anywhere; what is pasted behind it may be a megabyte. */
const MAX_READ = 4_000;

/** What stands around the words of a voice message. */
const spoken = /^\[Voice message, transcribed[^:\n]*: "(.*?)(?:"\]|$)/gm;

/** Said before the matter; not where the word belongs to it, as in "hello world". */
const greetings = [
  'good morning|good afternoon|good evening|hello(?! world)|hey|hi|dear',
  'xin chào|xin chao|chào(?! mừng| hàng)|alo',
  'buenos días|buenas tardes|buenas noches|hola(?! mundo)|bonjour|bonsoir|salut|coucou',
  'guten (?:morgen|tag|abend)|hallo(?! welt)|moin|servus|buongiorno|buonasera|ciao|bom dia|boa tarde|boa noite|olá|oi',
  'здравствуйте|добрый день|привет|你好|您好|嗨|こんにちは|おはようございます|안녕하세요|สวัสดี',
].join('|');

/** Who is greeted. */
const addressed = '\\s+(?:there|all|everyone|claude|assistant|bạn|anh|chị|em|ad|admin|shop)';

const requests = [
  "please|kindly|(?:can|could|would|will) you|(?:can|could) i|i(?: would|'d|’d) like(?: you)?(?: to)?",
  'i (?:want|need)(?: you)?(?: to)?|help me(?: to)?|i was wondering (?:if|whether) you could',
  'làm ơn|vui lòng|(?:bạn|anh|chị|em) có thể|(?:hãy )?giúp (?:tôi|mình|em|anh)(?: với)?|hãy|cho (?:tôi|mình|em) hỏi',
  "por favor|puedes|podrías|s[’']il (?:te|vous) pla[iî]t|(?:peux|pourrais)-tu|(?:pouvez|pourriez)-vous",
  'bitte|kannst du|könntest du|können sie|könnten sie|per favore|puoi|potresti|você pode',
  'пожалуйста|请问|請問|请(?!求|假|客|柬)|請(?!求|假|客|柬)',
].join('|');

/** Thanks and agreement are asides only where a mark parts them from the rest: a "thank you letter" is the matter. */
const asides = [
  'thank you(?: so much| very much)?|thanks(?: a lot| in advance)?|thx|ok(?:ay)?|sure|certainly|of course|absolutely',
  'great(?: question)?|cảm ơn(?: bạn)?|cám ơn(?: bạn)?|gracias|merci|danke|grazie|obrigad[oa]',
  'спасибо|谢谢|謝謝|ありがとうございます|감사합니다',
].join('|');

const closings =
  "please|por favor|s[’']il (?:te|vous) pla[iî]t|bitte|per favore|пожалуйста|giúp (?:tôi|mình|em)|nhé|ạ";

/** Where words are not parted by spaces, a phrase may end inside what looks like one. */
const wordEnd = '(?![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{N}])';
const parting = '[\\s,.!:;~–—，。！、-]*';
const opening = new RegExp(
  `^(?:(?:(?:${greetings})${wordEnd}(?:${addressed}${wordEnd})?|(?:${requests})${wordEnd})${parting}` +
    `|(?:${asides})(?:\\s*[,.!:;，。！]${parting}|$))`,
  'iu',
);
const ending = new RegExp(`(?:[\\s,，](?:${closings})|[,.!;，。！]\\s*(?:${asides}))[\\s.!~。！]*$`, 'iu');

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;
const sentenceEnd = /(?<=[.!?])\s+(?=[\p{Lu}\p{Lo}¿¡])|(?<=[。！？])/u;

/**
 * What a session is about, from its first exchange: the first sentence of the prompt that says something, else a
 * heading or statement of the answer, else null. At most 60 characters, one line, no Markdown. The same exchange
 * always gives the same title.
 */
export function makeTitle(prompt: string, answer: string): string | null {
  const asked = plainLines(prompt.slice(0, MAX_READ).replace(spoken, '$1'));
  const answered = plainLines(answer.slice(0, MAX_READ));
  const heading = answered.find((line) => line.isHeading);
  return (
    firstStatement(asked.map(({ text }) => text)) ??
    (heading === undefined ? null : firstStatement([heading.text])) ??
    // What the answer asks is about the user, as in "How can I help you today?"
    firstStatement(answered.flatMap(({ text }) => sentences(text).filter((each) => !/[?？]$/u.test(each))))
  );
}

function firstStatement(lines: readonly string[]): string | null {
  for (const sentence of lines.flatMap(sentences)) {
    const matter = withoutCourtesy(sentence);
    if (saysSomething(matter)) return shorten(capitalize(matter));
  }
  return null;
}

const sentences = (line: string): string[] => line.split(sentenceEnd).map((each) => each.trim());

function withoutCourtesy(sentence: string): string {
  let rest = sentence;
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replace(opening, '').replace(ending, '').trim();
  }
  return rest.replace(/[\s.,;:!。，；：！]+$/u, '');
}

/** Two words, or one that is long; in scripts without spaces, three characters. */
function saysSomething(text: string): boolean {
  if ((text.match(unspaced)?.length ?? 0) >= 3) return true;
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const letters = words.join('').length;
  return words.length >= 2 ? letters >= 5 : letters >= 8;
}

const capitalize = (text: string): string => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

function shorten(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const room = text.slice(0, MAX_LENGTH - 1);
  const lastSpace = room.search(/\s\S*$/u);
  // Without a space in reach it is one long word, or a script that has none.
  const cut = lastSpace > MAX_LENGTH / 2 ? room.slice(0, lastSpace) : room.replace(/\p{Surrogate}$/u, '');
  return `${cut.replace(/[\s.,;:!?(–—-]+$/u, '')}…`;
}
