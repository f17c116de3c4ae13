import { and, desc, eq, gte, isNull, lt, or } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime, type AccountDeps } from '#accounts/account-deps.ts';
import { toUser } from '#accounts/find-account.ts';
import { personalTokens, users } from '#accounts/tables.ts';
import { sha256Hex, toBase64Url } from '#lib/hash.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { MadePersonalToken, PersonalToken } from '#protocol/personal-token.ts';
import type { User } from '#protocol/user.ts';

type Deps = Pick<AccountDeps, 'db' | 'clock'>;

/** Tells people, and scanners for leaked secrets, what they have found. */
const PREFIX = 'edw_';

export const MAX_PERSONAL_TOKENS = 50;

/** A write for each use would cost more than knowing the minute is worth. */
const USE_NOTED_EVERY_MS = 60_000;

/** As with every token: a changed password ends what the old one had opened. */
const isOfThisPassword = or(
  isNull(users.passwordChangedAt),
  gte(personalTokens.createdAt, users.passwordChangedAt),
);

const columns = {
  id: personalTokens.id,
  name: personalTokens.name,
  created_at: personalTokens.createdAt,
  last_used_at: personalTokens.lastUsedAt,
};

/** Contract: nobody can read the token again, neither here nor in the table. */
export async function makePersonalToken(
  user: Pick<User, 'id'>,
  name: string,
  deps: Deps,
): Promise<Result<MadePersonalToken, 'too_many'>> {
  if ((await listPersonalTokens(user, deps)).length >= MAX_PERSONAL_TOKENS) return fail('too_many');
  const token = PREFIX + toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const made = { id: crypto.randomUUID(), name, created_at: isoTime(deps.clock.now()), last_used_at: null };
  await drizzle(deps.db)
    .insert(personalTokens)
    .values({ id: made.id, userId: user.id, name, hash: await hashOf(token), createdAt: made.created_at });
  return succeed({ ...made, token });
}

/** Those that open something, newest first. */
export const listPersonalTokens = (user: Pick<User, 'id'>, { db }: Deps): Promise<PersonalToken[]> =>
  drizzle(db)
    .select(columns)
    .from(personalTokens)
    .innerJoin(users, eq(users.id, personalTokens.userId))
    .where(and(eq(personalTokens.userId, user.id), isOfThisPassword))
    .orderBy(desc(personalTokens.createdAt));

/** False where the user has no such token. */
export async function revokePersonalToken(
  user: Pick<User, 'id'>,
  id: string,
  { db }: Deps,
): Promise<boolean> {
  const removed = await drizzle(db)
    .delete(personalTokens)
    .where(and(eq(personalTokens.id, id), eq(personalTokens.userId, user.id)))
    .returning({ id: personalTokens.id });
  return removed.length === 1;
}

/** Whose token this is, as the users table knows them now. Null for one that opens nothing, whatever the reason. */
export async function findPersonalTokenOwner(token: string, { db, clock }: Deps): Promise<User | null> {
  if (!token.startsWith(PREFIX)) return null;
  const [found] = await drizzle(db)
    .select()
    .from(personalTokens)
    .innerJoin(users, eq(users.id, personalTokens.userId))
    .where(and(eq(personalTokens.hash, await hashOf(token)), eq(users.isActive, true), isOfThisPassword));
  if (found === undefined) return null;
  await noteUse(found.personal_token.id, { db, clock });
  return toUser(found.user);
}

async function noteUse(id: string, { db, clock }: Deps): Promise<void> {
  const now = clock.now();
  const { lastUsedAt } = personalTokens;
  await drizzle(db)
    .update(personalTokens)
    .set({ lastUsedAt: isoTime(now) })
    .where(
      and(
        eq(personalTokens.id, id),
        or(isNull(lastUsedAt), lt(lastUsedAt, isoTime(now - USE_NOTED_EVERY_MS))),
      ),
    );
}

/** No salt and no slow hash: 256 random bits cannot be guessed. */
const hashOf = sha256Hex;
