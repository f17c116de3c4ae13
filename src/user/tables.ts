/**
 * A user's own tables.
 *
 * `session` has no rowid and no index beside its key: every turn rewrites one row of it, and an index would be a
 * second one; a user has thousands of sessions at most, so that lists and name searches may read them all.
 *
 * `record` keeps the searchable lines inside the full-text index itself: one row written per line, as the cursor
 * reports it (what FTS5 writes to its own tables does not show there), where a table beside the index would make it
 * two. Trigrams find any substring of three characters or more. Measured: 42 MB of text in 100,000 lines make a
 * database of 225 MB, 84 MB of it the text and its folded copy. `unicode61` would make a smaller index, but it finds
 * only the beginnings of words, and no words in Chinese, Japanese or Thai.
 * The text is folded by `foldText` before it is indexed, since the tokenizer's own folding keeps `đ` and `ł`.
 * `secure-delete` takes a deleted line out of the index at once, instead of marking it.
 */
export const userTables: readonly string[] = [
  `CREATE TABLE session (
     session_id TEXT PRIMARY KEY,
     number INTEGER NOT NULL,
     name TEXT,
     title TEXT,
     first_message TEXT NOT NULL,
     label TEXT NOT NULL,
     agent_id TEXT,
     client_type TEXT NOT NULL,
     permission_folders TEXT NOT NULL,
     turn_count INTEGER NOT NULL DEFAULT 0,
     line_count INTEGER NOT NULL DEFAULT 0,
     last_seq INTEGER,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     used_at INTEGER NOT NULL,
     archived_by TEXT CHECK (archived_by IN ('user', 'cap'))
   ) WITHOUT ROWID`,
  `CREATE VIRTUAL TABLE record USING fts5 (
     folded, text UNINDEXED, seq UNINDEXED, columnsize = 0, tokenize = 'trigram case_sensitive 1'
   )`,
  `INSERT INTO record (record, rank) VALUES ('secure-delete', 1)`,
  `CREATE VIRTUAL TABLE record_term USING fts5vocab (record, 'row')`,
  `ALTER TABLE session ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN cache_creation_input_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN cache_read_input_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN cost_usd REAL NOT NULL DEFAULT 0;
   CREATE TABLE usage_day (
     day TEXT PRIMARY KEY,
     turns INTEGER NOT NULL,
     steps INTEGER NOT NULL,
     input_tokens INTEGER NOT NULL,
     output_tokens INTEGER NOT NULL,
     cache_creation_input_tokens INTEGER NOT NULL,
     cache_read_input_tokens INTEGER NOT NULL,
     cost_usd REAL NOT NULL
   ) WITHOUT ROWID`,
  // Private chats of messengers whose person is the user. "chat": without the thread, so that nobody is asked twice
  `CREATE TABLE linked_chat (chat TEXT PRIMARY KEY, name TEXT NOT NULL, used_at INTEGER NOT NULL) WITHOUT ROWID`,
];
