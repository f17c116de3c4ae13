export const TAB = 9;
export const NEWLINE = 10;
export const RETURN = 13;
export const SPACE = 32;
export const STAR = 42;
export const AMPERSAND = 38;
export const DASH = 45;
export const COLON = 58;
export const EQUALS = 61;
export const GREATER = 62;
export const AT = 64;
export const BACKSLASH = 92;
export const BRACKET = 91;
export const PARENTHESIS = 40;
export const BACKTICK = 96;

const table = (signs: string): Uint8Array => {
  const marks = new Uint8Array(128);
  for (const sign of signs) marks[sign.charCodeAt(0)] = 1;
  return marks;
};
const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A set of ASCII signs, as a fast test of a character code. */
function among(signs: string): (code: number) => boolean {
  const marks = table(signs);
  return (code) => marks[code] === 1;
}

export const isWordSign = among(`${LETTERS_AND_DIGITS}_-./+`);
export const isPartSign = among('./+');
export const isBase64Sign = among(`${LETTERS_AND_DIGITS}+/=`);
export const isBlank = among(' \t\n\r\v\f');
export const isLineEnd = among('\n\r');
export const isQuote = among('"\'`');
export const endsPassword = among(' \t\n\r\v\f"\'`<\\');
export const endsToken = among(' \t\n\r\v\f"\'`<\\,;)}]|>&');
export const endsAddress = among(' \t\n\r\v\f"\'`<>\\|{}()');
export const endsHost = among('/?#');
/** What a variable, a placeholder, an address or a mask begins with; a value that does needs a closer look. */
export const mayStartOrdinary = among('${[(<%*|-RHhr \t,;)]}+');
export const startsMarker = among('aAoOxX');
