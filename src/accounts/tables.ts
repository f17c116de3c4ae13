import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

// Times are ISO 8601 in UTC with a `Z`, always of one length, so that comparing the texts compares the times.

export const users = sqliteTable(
  'user',
  {
    id: text('id').primaryKey(),
    username: text('username').notNull(),
    passwordHash: text('password_hash').notNull(),
    fullName: text('full_name'),
    role: text('role').notNull().default('user'),
    createdAt: text('created_at').notNull(),
    lastLogin: text('last_login'),
    isActive: integer('is_active', { mode: 'boolean' }).notNull().default(true),
    /** Tokens issued before this moment are refused: a changed password ends what the old one had opened. */
    passwordChangedAt: text('password_changed_at'),
  },
  // Case-blind, so that nobody can pose as `Admin` beside `admin`
  (user) => [uniqueIndex('user_username').on(sql`lower(${user.username})`)],
);

export const revokedTokens = sqliteTable(
  'revoked_token',
  {
    jti: text('jti').primaryKey(),
    /** From then on the token is refused for its age, and the row may go. */
    expiresAt: text('expires_at').notNull(),
    /** Set when a refresh token was exchanged for a new pair, null when it was revoked on purpose. */
    rotatedAt: text('rotated_at'),
  },
  (token) => [index('revoked_token_expires_at').on(token.expiresAt)],
);

export const loginAttempts = sqliteTable(
  'login_attempt',
  {
    /** Whose attempts are counted: an address, or a user name at an address. */
    subject: text('subject').primaryKey(),
    failures: integer('failures').notNull(),
    expiresAt: text('expires_at').notNull(),
  },
  (attempt) => [index('login_attempt_expires_at').on(attempt.expiresAt)],
);

export const storedSettings = sqliteTable('setting', {
  key: text('key').primaryKey(),
  /** JSON */
  value: text('value').notNull(),
});

/** Who is signed in at which MCP server. */
export const mcpSignIns = sqliteTable(
  'mcp_sign_in',
  {
    username: text('username').notNull(),
    /** Its name in the configuration. */
    server: text('server').notNull(),
    /** JSON, encrypted: tokens, and what is needed to refresh them. */
    sealed: text('sealed').notNull(),
  },
  (signIn) => [primaryKey({ columns: [signIn.username, signIn.server] })],
);

/** Sign-ins at MCP servers that were begun. */
export const mcpSignInStarts = sqliteTable(
  'mcp_sign_in_start',
  {
    /** Comes back from the server once, and is spent then. */
    state: text('state').primaryKey(),
    username: text('username').notNull(),
    server: text('server').notNull(),
    /** JSON, encrypted: the PKCE verifier, and who was asked. */
    sealed: text('sealed').notNull(),
    expiresAt: text('expires_at').notNull(),
  },
  (start) => [index('mcp_sign_in_start_expires_at').on(start.expiresAt)],
);

export const personalTokens = sqliteTable(
  'personal_token',
  {
    id: text('id').primaryKey(),
    userId: text('user_id').notNull(),
    name: text('name').notNull(),
    /** SHA-256 in hex: who reads this table can do nothing with it. */
    hash: text('hash').notNull(),
    createdAt: text('created_at').notNull(),
    lastUsedAt: text('last_used_at'),
  },
  (token) => [
    uniqueIndex('personal_token_hash').on(token.hash),
    index('personal_token_user_id').on(token.userId),
  ],
);

/** Who may write to a messenger's bot. */
export const whitelistEntries = sqliteTable(
  'whitelist_entry',
  {
    id: text('id').primaryKey(),
    platform: text('platform').notNull(),
    /** As it was entered: a phone number, an id, an address. */
    phoneNumber: text('phone_number').notNull(),
    /** As it is compared. */
    normalizedId: text('normalized_id').notNull(),
    label: text('label').notNull(),
    /** Empty: the sender gets a user name of its own. */
    mappedUsername: text('mapped_username').notNull(),
    /** The id, as it is compared, by which a variable lists it; null: an administrator made the entry. */
    seed: text('seed'),
    createdAt: text('created_at').notNull(),
    /** An entry that was removed stays, so that seeding from the environment does not bring it back. */
    deletedAt: text('deleted_at'),
  },
  (entry) => [
    uniqueIndex('whitelist_entry_platform_id').on(entry.platform, entry.normalizedId),
    uniqueIndex('whitelist_entry_platform_seed').on(entry.platform, entry.seed),
  ],
);

/** What is known of a person on a platform. */
export const platformUsers = sqliteTable(
  'platform_user',
  {
    id: text('id').primaryKey(),
    platform: text('platform').notNull(),
    /** Normalized, as in the whitelist. */
    platformUserId: text('platform_user_id').notNull(),
    /** As the platform last told it. */
    name: text('name'),
    /** The user name it has where neither a link nor the whitelist says another. Never changed, so that data stays found. */
    fallbackUsername: text('fallback_username'),
    /** The account that the person linked. */
    linkedUsername: text('linked_username'),
    linkedAt: text('linked_at'),
    /** silent, status or full; null: the platform's default. */
    verbosity: text('verbosity'),
  },
  (user) => [
    uniqueIndex('platform_user_platform_id').on(user.platform, user.platformUserId),
    uniqueIndex('platform_user_fallback_username').on(user.fallbackUsername),
    index('platform_user_linked_username').on(user.linkedUsername),
  ],
);

/** Ids of people whom a platform calls by several: rows with the same `person` are of one. */
export const platformAliases = sqliteTable(
  'platform_alias',
  {
    platform: text('platform').notNull(),
    /** Normalized, as in the whitelist. */
    alias: text('alias').notNull(),
    /** The id that the person last wrote under. */
    person: text('person').notNull(),
    /** When they wrote what told it, milliseconds since 1970: what was written before does not change it. */
    since: integer('since').notNull().default(0),
  },
  (alias) => [
    primaryKey({ columns: [alias.platform, alias.alias] }),
    index('platform_alias_person').on(alias.platform, alias.person),
  ],
);

/** That a person or a chat goes on under another id, as platforms told in the last days. */
export const platformRenames = sqliteTable(
  'platform_rename',
  {
    platform: text('platform').notNull(),
    key: text('key').notNull(),
    /** Normalized, as in the whitelist. */
    fromId: text('from_id').notNull(),
    toId: text('to_id').notNull(),
    /** Milliseconds since 1970. */
    sentAt: integer('sent_at').notNull(),
  },
  (rename) => [
    primaryKey({ columns: [rename.platform, rename.key] }),
    index('platform_rename_sent_at').on(rename.sentAt),
  ],
);

/** One-time codes that bring an account and a person on a platform together: made by one, entered by the other. */
export const linkCodes = sqliteTable(
  'link_code',
  {
    /** SHA-256 in hex. */
    hash: text('hash').primaryKey(),
    /** The account, where it made the code. */
    username: text('username'),
    /** The person, where it made the code. */
    platform: text('platform'),
    platformUserId: text('platform_user_id'),
    name: text('name'),
    expiresAt: text('expires_at').notNull(),
  },
  (code) => [index('link_code_expires_at').on(code.expiresAt)],
);
