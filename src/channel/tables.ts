/** A chat's own tables. A shipped step is never edited, a new one is added at the end. */
export const channelTables: readonly string[] = [
  // Keys of deliveries that were taken: a second one changes nothing
  `CREATE TABLE seen (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX seen_at ON seen (at)`,
  // What came and waits for its turn; \`taken\` while its turn is being prepared
  `CREATE TABLE inbox (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     at INTEGER NOT NULL,
     message TEXT NOT NULL,
     taken INTEGER NOT NULL DEFAULT 0
   )`,
  `CREATE TABLE denial (sender TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID`,
  // Which session each user of the chat is in
  `CREATE TABLE conversation (
     username TEXT PRIMARY KEY,
     session_id TEXT NOT NULL,
     created_at INTEGER NOT NULL
   ) WITHOUT ROWID`,
  // The one turn that is under way
  `CREATE TABLE turn (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     message_id TEXT NOT NULL,
     sender_id TEXT NOT NULL,
     username TEXT NOT NULL,
     session_id TEXT NOT NULL,
     agent_id TEXT,
     verbosity TEXT NOT NULL,
     is_group INTEGER NOT NULL,
     last_message_id TEXT NOT NULL,
     phase TEXT NOT NULL,
     position INTEGER NOT NULL,
     started INTEGER NOT NULL DEFAULT 0,
     stop INTEGER NOT NULL DEFAULT 0,
     said INTEGER NOT NULL DEFAULT 0,
     held TEXT NOT NULL DEFAULT '',
     calls TEXT NOT NULL DEFAULT '{}',
     attempts INTEGER NOT NULL DEFAULT 0,
     pokes INTEGER NOT NULL DEFAULT 0
   )`,
  // Files of messages that are in the workspace already, so that a turn prepared twice stores them once
  `CREATE TABLE received_file (key TEXT PRIMARY KEY, outcome TEXT NOT NULL) WITHOUT ROWID`,
  // Versions of files that the turn has sent
  `CREATE TABLE delivered (path TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (path, version)) WITHOUT ROWID`,
  `CREATE TABLE question (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     tool_use_id TEXT NOT NULL UNIQUE,
     body TEXT NOT NULL,
     answers TEXT NOT NULL DEFAULT '{}',
     place INTEGER NOT NULL DEFAULT 0,
     state TEXT NOT NULL DEFAULT 'open',
     reply TEXT,
     outbox_id INTEGER
   )`,
  // What is to be sent, in its order. A message that went out keeps its row, without content, as its receipt
  `CREATE TABLE outbox (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     created_at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     content TEXT NOT NULL,
     piece TEXT NOT NULL,
     file TEXT,
     edits INTEGER,
     state TEXT NOT NULL DEFAULT 'pending',
     attempts INTEGER NOT NULL DEFAULT 0,
     due INTEGER NOT NULL DEFAULT 0,
     began_at INTEGER,
     message_id TEXT
   );
   CREATE INDEX outbox_state ON outbox (state, id);
   CREATE INDEX outbox_message_id ON outbox (message_id)`,
  // What the platform told of messages by their ids
  `CREATE TABLE report (message_id TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX report_at ON report (at)`,
  `CREATE VIEW asked_question AS
     SELECT question.*, outbox.created_at AS asked_at
     FROM question LEFT JOIN outbox ON outbox.id = question.outbox_id`,
  // How often a message went out without a word of whether it arrived
  `ALTER TABLE outbox ADD COLUMN unclear_sends INTEGER NOT NULL DEFAULT 0`,
  // Nobody answers what they have not been sent
  `ALTER TABLE outbox ADD COLUMN sent_at INTEGER;
   UPDATE outbox SET sent_at = created_at WHERE state = 'sent';
   DROP VIEW asked_question;
   CREATE VIEW asked_question AS
     SELECT question.*, outbox.sent_at AS asked_at, outbox.state IS 'refused' AS is_lost
     FROM question LEFT JOIN outbox ON outbox.id = question.outbox_id`,
  // A message is found by what it is, however many wait; one that broke is tried again later, ever less often;
  // `kept`: it is no answer to what is asked
  `ALTER TABLE inbox ADD COLUMN sender_id TEXT GENERATED ALWAYS AS (message ->> '$.sender.id') VIRTUAL;
   ALTER TABLE inbox ADD COLUMN message_id TEXT GENERATED ALWAYS AS (message ->> '$.messageId') VIRTUAL;
   ALTER TABLE inbox ADD COLUMN choice TEXT GENERATED ALWAYS AS (message ->> '$.choice') VIRTUAL;
   ALTER TABLE inbox ADD COLUMN is_group INTEGER GENERATED ALWAYS AS (message ->> '$.isGroup') VIRTUAL;
   ALTER TABLE inbox ADD COLUMN command TEXT;
   ALTER TABLE inbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE inbox ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE inbox ADD COLUMN kept INTEGER NOT NULL DEFAULT 0`,
  // Answers to people without an account, which are few
  `CREATE TABLE answer_given (subject TEXT NOT NULL, at INTEGER NOT NULL);
   CREATE INDEX answer_given_subject ON answer_given (subject)`,
  // The message to quote; the turn's message that is shown while it grows, which the next one replaces; why one failed
  `ALTER TABLE outbox ADD COLUMN reply_to TEXT;
   ALTER TABLE turn ADD COLUMN growing INTEGER;
   ALTER TABLE report ADD COLUMN reason TEXT`,
  // What is asked in another chat of the person's account, or on the page, has its session here, and its id before the
  // call's; the sessions that are to be looked at; and the person of a private chat, with the account that is linked
  `ALTER TABLE question ADD COLUMN username TEXT;
   ALTER TABLE question ADD COLUMN session_id TEXT;
   ALTER TABLE question ADD COLUMN title TEXT;
   DROP VIEW asked_question;
   CREATE VIEW asked_question AS
     SELECT question.*, outbox.sent_at AS asked_at, outbox.state IS 'refused' AS is_lost
     FROM question LEFT JOIN outbox ON outbox.id = question.outbox_id;
   CREATE TABLE asked_elsewhere (
     username TEXT NOT NULL,
     session_id TEXT NOT NULL,
     again INTEGER NOT NULL,
     pokes INTEGER NOT NULL DEFAULT 0,
     attempts INTEGER NOT NULL DEFAULT 0,
     due INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (username, session_id)
   ) WITHOUT ROWID;
   CREATE TABLE person (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     sender TEXT NOT NULL,
     username TEXT,
     told TEXT,
     told_at INTEGER NOT NULL DEFAULT 0
   )`,
  // What goes on in another object, until it is there; turns that come from one, until they can go on here
  `CREATE TABLE leaving (seq INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, body TEXT NOT NULL);
   CREATE TABLE arrived (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)`,
  // What decides when messages are due, without a look into each that waits
  `ALTER TABLE inbox ADD COLUMN album TEXT GENERATED ALWAYS AS (message ->> '$.album') VIRTUAL;
   CREATE INDEX inbox_waiting ON inbox (taken, seq, at, due, sender_id, command, choice, album)`,
  // What need not wait is found however much waits; a message that is tried again is answered as one
  `CREATE INDEX inbox_command ON inbox (taken, seq, due, command) WHERE command IS NOT NULL;
   CREATE INDEX inbox_choice ON inbox (taken, seq) WHERE choice IS NOT NULL;
   ALTER TABLE answer_given ADD COLUMN key TEXT`,
  // 1: its user is the account that was linked with the person of a private chat
  `ALTER TABLE turn ADD COLUMN is_linked INTEGER NOT NULL DEFAULT 0`,
];
