import { and, eq, gt, gte, lt, sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime } from '#accounts/account-deps.ts';
import { linkCodes, platformUsers } from '#accounts/tables.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import { sha256Hex } from '#lib/hash.ts';
import { LinkPreview, type LinkCode, type LinkedIdentity } from '#protocol/link.ts';
import { PlatformName } from '#protocol/platform.ts';

const VALID_MS = 10 * 60 * 1000;

/** No letters that look like others. 32 of them, so that each random byte gives one evenly. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

type Deps = Pick<PeopleDeps, 'db' | 'clock'>;

export interface Person {
  readonly platform: PlatformName;
  readonly id: string;
  readonly name: string | null;
}

/** A code that the account's owner types in the chat. Contract: it works once; a newer one of the account ends it. */
export const newAccountCode = (username: string, deps: Deps): Promise<LinkCode> =>
  newCode({ username }, eq(linkCodes.username, username), deps);

/** A code that the chat shows and that the account's owner enters on the page. */
export const newPersonCode = ({ platform, id, name }: Person, deps: Deps): Promise<LinkCode> => {
  const platformUserId = normalizeId(id);
  return newCode(
    { platform, platformUserId, name },
    and(eq(linkCodes.platform, platform), eq(linkCodes.platformUserId, platformUserId)),
    deps,
  );
};

/** Typed in the chat. Gives the account's name, null when the code is wrong, spent or too old. */
export async function linkByAccountCode(person: Person, code: string, deps: Deps): Promise<string | null> {
  const { platform, id, name } = person;
  const linked = { person: sql`${platform}, ${normalizeId(id)}, ${name}`, username: sql`username` };
  const spent = await spend(code, { madeBy: sql`username IS NOT NULL`, linked }, deps);
  return spent?.username ?? null;
}

/** The account that a person was linked with at a moment, milliseconds since 1970, or later. Null: they were not. */
export async function linkedSince(
  { platform, id }: Person,
  since: number,
  { db }: Pick<Deps, 'db'>,
): Promise<string | null> {
  const [row] = await drizzle(db)
    .select({ username: platformUsers.linkedUsername })
    .from(platformUsers)
    .where(
      and(
        eq(platformUsers.platform, platform),
        eq(platformUsers.platformUserId, normalizeId(id)),
        gte(platformUsers.linkedAt, isoTime(since)),
      ),
    );
  return row?.username ?? null;
}

/** Shown where others could read it. False: it did not work anyway. */
export const voidAccountCode = async (code: string, deps: Deps): Promise<boolean> =>
  (await spend(code, { madeBy: sql`username IS NOT NULL`, linked: null }, deps)) !== undefined;

/** Whom a code that the chat showed would link; the code stays good. Null when it is wrong, spent or too old. */
export async function previewPersonCode(code: string, { db, clock }: Deps): Promise<LinkPreview | null> {
  const [row] = await drizzle(db)
    .select()
    .from(linkCodes)
    .where(
      and(
        eq(linkCodes.hash, await hashOf(code)),
        gt(linkCodes.expiresAt, isoTime(clock.now())),
        sql`platform_user_id IS NOT NULL`,
      ),
    );
  const preview = { platform: row?.platform, platform_user_id: row?.platformUserId, name: row?.name };
  return row === undefined ? null : LinkPreview.parse(preview);
}

/** Entered on the page by the account's owner. Null when the code is wrong, spent or too old. */
export async function linkByPersonCode(
  username: string,
  code: string,
  deps: Deps,
): Promise<LinkedIdentity | null> {
  const linked = { person: sql`platform, platform_user_id, name`, username: sql`${username}` };
  const spent = await spend(code, { madeBy: sql`platform_user_id IS NOT NULL`, linked }, deps);
  if (spent === undefined) return null;
  const all = await linkedIdentities(username, deps);
  const isLinked = (one: LinkedIdentity) =>
    one.platform === spent.platform && one.platform_user_id === spent.platformUserId;
  return all.find(isLinked) ?? null;
}

export async function linkedIdentities(
  username: string,
  { db }: Pick<Deps, 'db'>,
): Promise<LinkedIdentity[]> {
  const rows = await drizzle(db)
    .select()
    .from(platformUsers)
    .where(eq(platformUsers.linkedUsername, username))
    .orderBy(platformUsers.linkedAt);
  return rows.map((row) => ({
    id: row.id,
    platform: PlatformName.parse(row.platform),
    platform_user_id: row.platformUserId,
    name: row.name,
    linked_at: row.linkedAt ?? '',
  }));
}

/** False: the account has no such link. The person's own user name, if it ever had one, counts again. */
export async function unlink(
  { username, id }: { readonly username: string; readonly id: string },
  { db }: Pick<Deps, 'db'>,
): Promise<boolean> {
  const rows = await drizzle(db)
    .update(platformUsers)
    .set({ linkedUsername: null, linkedAt: null })
    .where(and(eq(platformUsers.id, id), eq(platformUsers.linkedUsername, username)))
    .returning({ id: platformUsers.id });
  return rows.length > 0;
}

async function newCode(
  owner: Pick<typeof linkCodes.$inferInsert, 'username' | 'platform' | 'platformUserId' | 'name'>,
  isOwners: ReturnType<typeof and>,
  { db: d1, clock }: Deps,
): Promise<LinkCode> {
  const db = drizzle(d1);
  const code = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    LETTERS.charAt(byte % 32),
  ).join('');
  const expiresAt = isoTime(clock.now() + VALID_MS);
  await db.batch([
    db.delete(linkCodes).where(isOwners),
    db.delete(linkCodes).where(lt(linkCodes.expiresAt, isoTime(clock.now()))),
    db.insert(linkCodes).values({ hash: await hashOf(code), expiresAt, ...owner }),
  ]);
  return { code: `${code.slice(0, 4)}-${code.slice(4)}`, expires_at: expiresAt };
}

/**
 * Deleted as it is read, so that it cannot be used twice, and in one go with the link that it gives: `linked.person`
 * is its platform, id and name, by columns of the code's row where that knows them.
 */
async function spend(
  code: string,
  {
    madeBy,
    linked,
  }: { readonly madeBy: SQL; readonly linked: { readonly person: SQL; readonly username: SQL } | null },
  { db: d1, clock }: Deps,
) {
  const db = drizzle(d1);
  const now = isoTime(clock.now());
  const isGood = and(eq(linkCodes.hash, await hashOf(code)), gt(linkCodes.expiresAt, now), madeBy);
  const remove = db.delete(linkCodes).where(isGood).returning();
  if (linked === null) return (await remove)[0];
  const [, [row]] = await db.batch([
    db
      .insert(platformUsers)
      // A value for each column of the table, in its order
      .select(
        sql`SELECT ${crypto.randomUUID()}, ${linked.person}, NULL, ${linked.username}, ${now}, NULL FROM link_code WHERE ${isGood}`,
      )
      .onConflictDoUpdate({
        target: [platformUsers.platform, platformUsers.platformUserId],
        set: { linkedUsername: sql`excluded.linked_username`, linkedAt: sql`excluded.linked_at` },
      }),
    remove,
  ]);
  return row;
}

const hashOf = (code: string): Promise<string> => sha256Hex(code.toUpperCase().replace(/[^A-Z0-9]/g, ''));
