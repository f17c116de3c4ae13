import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

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
