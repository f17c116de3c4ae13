import { compare, hash } from 'bcryptjs';
import { fitsPassword } from '#protocol/account.ts';

// About 300 ms in workerd; what bcrypt of other backends takes by default, and more than a free plan's CPU time
const COST = 12;

// Of a random text nobody kept. An unknown user is compared with it, so that the answer takes as long.
const NOBODYS_HASH = '$2b$12$rNYNXDFyLjFRlvRZgZCOoOmYY2fbgomaDLbptny34NC9J1KzBiWyK';

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** Contract: takes as long for a user that does not exist (`stored` null), and is then false. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const same = await compare(password, stored ?? NOBODYS_HASH);
  return same && stored !== null && fitsPassword(password);
}
