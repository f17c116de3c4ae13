import { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';

/** The network, as far as pages and names need it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** All addresses of a name, of both kinds; none if there is no such name. */
export type Resolve = (
  name: string,
  signal: AbortSignal,
) => Promise<Result<readonly string[], 'no_resolver'>>;

const server = 'https://cloudflare-dns.com/dns-query';

// https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/
const Answer = z.object({
  Status: z.number(),
  Answer: z.array(z.object({ type: z.number(), data: z.string() })).default([]),
});

const noError = 0;
const noSuchName = 3;
const recordTypes = { A: 1, AAAA: 28 } as const;

/** Workers have no DNS of their own, so names are looked up over HTTPS. */
export const resolveOverHttps =
  (fetch: Fetch): Resolve =>
  async (name, signal) => {
    const answers = await Promise.all([ask('A'), ask('AAAA')]);
    const known = answers.flatMap((answer) => (answer === undefined ? [] : [answer]));
    // One kind alone would leave the addresses of the other unseen
    return known.length < answers.length ? fail('no_resolver') : succeed(known.flat());

    async function ask(type: keyof typeof recordTypes): Promise<string[] | undefined> {
      const body = await answerTo(`${server}?name=${encodeURIComponent(name)}&type=${type}`);
      const answer = Answer.safeParse(body);
      if (!answer.success) return undefined;
      const { Status, Answer: records } = answer.data;
      if (Status === noSuchName) return [];
      if (Status !== noError) return undefined;
      return records.filter((record) => record.type === recordTypes[type]).map(({ data }) => data);
    }

    async function answerTo(url: string): Promise<unknown> {
      try {
        const response = await fetch(url, { headers: { accept: 'application/dns-json' }, signal });
        return response.ok ? await response.json() : undefined;
      } catch (error) {
        if (signal.aborted) throw error;
        // Not reached, or not JSON: either way nothing is known
        return undefined;
      }
    }
  };
