/**
 * A session's own tables. A turn is what follows one prompt; its entries share its number, so that a prompt sent
 * while a turn runs is stored at once and still reads in its place.
 */
export const sessionTables: readonly string[] = [
  `CREATE TABLE session (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     session_id TEXT NOT NULL,
     username TEXT NOT NULL,
     agent_id TEXT,
     client_type TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     listed INTEGER NOT NULL DEFAULT 0,
     turn_count INTEGER NOT NULL DEFAULT 0,
     cost REAL NOT NULL DEFAULT 0,
     finished_turn INTEGER NOT NULL DEFAULT 0,
     told_turn INTEGER NOT NULL DEFAULT 0,
     attempts INTEGER NOT NULL DEFAULT 0,
     window_start INTEGER NOT NULL DEFAULT 0
   )`,
  `CREATE TABLE entry (
     seq INTEGER PRIMARY KEY,
     position INTEGER NOT NULL,
     at INTEGER NOT NULL,
     message_id TEXT,
     body TEXT NOT NULL,
     parts INTEGER NOT NULL DEFAULT 0
   )`,
  `CREATE UNIQUE INDEX entry_message_id ON entry (message_id) WHERE message_id IS NOT NULL`,
  `CREATE TABLE entry_part (
     seq INTEGER NOT NULL,
     part INTEGER NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (seq, part)
   ) WITHOUT ROWID`,
  `CREATE TABLE task (
     id TEXT PRIMARY KEY,
     number INTEGER NOT NULL,
     call_id TEXT NOT NULL,
     subject TEXT NOT NULL,
     description TEXT NOT NULL,
     active_form TEXT,
     status TEXT NOT NULL,
     owner TEXT,
     blocked_by TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE todo_list (id INTEGER PRIMARY KEY CHECK (id = 1), todos TEXT NOT NULL)`,
  `ALTER TABLE session ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN cache_creation_input_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN cache_read_input_tokens INTEGER NOT NULL DEFAULT 0`,
  // What an unfinished turn waits for: a JSON list of tool use ids; and what may be done without asking
  `ALTER TABLE session ADD COLUMN waiting TEXT NOT NULL DEFAULT '[]'`,
  `ALTER TABLE session ADD COLUMN waiting_until INTEGER`,
  `ALTER TABLE session ADD COLUMN mode TEXT`,
  `ALTER TABLE session ADD COLUMN mode_before_planning TEXT`,
  `ALTER TABLE session ADD COLUMN summary_seq INTEGER NOT NULL DEFAULT 0`,
  // Steps of subagents that wait until the agent's own message is whole
  `CREATE TABLE held_step (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL, body TEXT NOT NULL)`,
  // Outward calls without a result, and what hooks said: neither is done a second time when a turn goes on
  `CREATE TABLE begun_call (tool_use_id TEXT PRIMARY KEY) WITHOUT ROWID`,
  `CREATE TABLE hook_answer (
     turn INTEGER NOT NULL,
     subject TEXT NOT NULL,
     answer TEXT NOT NULL,
     PRIMARY KEY (turn, subject)
   ) WITHOUT ROWID`,
  // Chats of messengers that are told when a turn goes on or ends
  `CREATE TABLE watcher (name TEXT PRIMARY KEY) WITHOUT ROWID`,
  // What MCP servers answered when they were asked for their tools
  `CREATE TABLE mcp_list (
     server TEXT PRIMARY KEY,
     settings TEXT NOT NULL,
     listed_at INTEGER NOT NULL,
     outcome TEXT NOT NULL
   ) WITHOUT ROWID`,
  // 1: the body goes on in the next row
  `ALTER TABLE held_step ADD COLUMN more INTEGER NOT NULL DEFAULT 0`,
  // Ids that calls were given, and how often a provider gave them
  `CREATE TABLE call_id (id TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID`,
  // Where tools may write, as a JSON list; null: where the agent may
  `ALTER TABLE session ADD COLUMN writable_folders TEXT`,
  `ALTER TABLE watcher ADD COLUMN failures INTEGER NOT NULL DEFAULT 0`,
  // 1: a chat that the user linked, and that is asked what the turn waits for
  `ALTER TABLE watcher ADD COLUMN linked INTEGER NOT NULL DEFAULT 0`,
  // Where images and documents begin to be shown to the model
  `ALTER TABLE session ADD COLUMN media_start INTEGER NOT NULL DEFAULT 0`,
  // What was chosen before the first prompt, for the session that it begins
  `CREATE TABLE chosen_mode (id INTEGER PRIMARY KEY CHECK (id = 1), mode TEXT NOT NULL)`,
  // Images, documents and thoughts that the provider refused
  `CREATE TABLE refused_block (mark TEXT PRIMARY KEY) WITHOUT ROWID`,
];
