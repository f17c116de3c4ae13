import MarkdownIt, { type StateInline, type Token } from 'markdown-it';

/**
 * CommonMark with strike-through, as people and models write it in a chat: a new line is a new line, indentation within
 * a paragraph stays, HTML is text. Tables are no part of it: `tablesToLists` goes before.
 */
const markdown = new MarkdownIt('default', { html: false, linkify: false })
  .disable(['table', 'code'])
  .enable('strikethrough');
markdown.validateLink = () => true;
markdown.inline.ruler.at('newline', keepLine);
markdown.inline.ruler.after('newline', 'bare_address', keepBareAddress);

export const parseMarkdown = (source: string): readonly Token[] => markdown.parse(source, {});

function keepLine(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== '\n') return false;
  if (!silent) {
    state.pending = state.pending.trimEnd();
    state.push('softbreak', 'br', 0);
  }
  state.pos += 1;
  return true;
}

/** `https://host/_a_b_` is an address, not an emphasised `a_b`. */
function keepBareAddress(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== ':') return false;
  // No more than that is looked at: a text may be full of colons
  if (!/https?$/i.test(state.src.slice(Math.max(0, state.pos - 5), state.pos))) return false;
  const rest = /:\/\/[^\s<>"'`[\]()]+/y;
  rest.lastIndex = state.pos;
  const address = rest.exec(state.src)?.[0].replace(/[*_~.,;:!?]+$/, '');
  if (address === undefined || address.length <= 3) return false;
  if (!silent) state.pending += address;
  state.pos += address.length;
  return true;
}
