const LINES_PER_SESSION = 2 ** 24;

/**
 * A line's key in the index: its session's number and its place in the session, in one integer, so that a search
 * can count, group and rank its hits without reading a single row. 2^24 lines and 2^29 sessions fit a double.
 */
export const recordId = (sessionNumber: number, line: number): number =>
  sessionNumber * LINES_PER_SESSION + line;

/** The same in SQL, for a row of `record`. */
export const SESSION_OF_RECORD = `rowid / ${LINES_PER_SESSION}`;
export const LINE_OF_RECORD = `rowid % ${LINES_PER_SESSION}`;
