import { z } from 'zod';

/** Below this, a needle is no trigram: the index cannot look it up, but knows the trigrams that begin with it. */
const TRIGRAM = 3;

/** Bounds on what a search for one or two characters may read; beyond them it misses some of its many hits. */
const MAX_TERMS = 500;
const MAX_POSTINGS = 100_000;

/** Behind every term that begins with a needle: a term has three characters. */
const BEHIND_ALL = '\u{10ffff}'.repeat(TRIGRAM);

const Term = z.object({ term: z.string(), doc: z.number() });

/** The FTS5 expression that finds a (folded, not blank) needle as a substring; null where nothing can match. */
export function matchExpression(sql: SqlStorage, needle: string): string | null {
  if (Array.from(needle).length >= TRIGRAM) return quote(needle);
  const terms = termsBeginningWith(sql, needle);
  return terms.length === 0 ? null : terms.map(quote).join(' OR ');
}

function termsBeginningWith(sql: SqlStorage, needle: string): string[] {
  const terms: string[] = [];
  let postings = 0;
  const rows = sql.exec(
    'SELECT term, doc FROM record_term WHERE term >= ? AND term < ? LIMIT ?',
    needle,
    needle + BEHIND_ALL,
    MAX_TERMS,
  );
  for (const row of rows) {
    const { term, doc } = Term.parse(row);
    terms.push(term);
    postings += doc;
    if (postings > MAX_POSTINGS) break;
  }
  return terms;
}

/** As a phrase, text is only text to FTS5, whatever operators it spells. */
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
