import type { LinkCode, LinkedIdentity, LinkPreview } from '#protocol/link.ts';
import { succeed } from '#lib/result.ts';
import type { Answer, Api } from '#web/core/api.ts';
import { createStore } from '#web/core/store.ts';

export type Listing<Item> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed' }
  | { readonly state: 'ready'; readonly list: readonly Item[] };

export type Connections = ReturnType<typeof createConnections>;

type ConnectionsApi = Pick<
  Api,
  | 'identities'
  | 'makeLinkCode'
  | 'previewLinkCode'
  | 'enterLinkCode'
  | 'unlink'
  | 'mcpServers'
  | 'mcpSignIn'
  | 'mcpSignOut'
>;

/** Who acts as this user in messengers, and where the user is signed in for the agents' tools. */
export function createConnections(api: ConnectionsApi) {
  const identities = createListing(async () => {
    const answer = await api.identities();
    return answer.ok ? succeed(answer.value.identities) : answer;
  });
  const servers = createListing(async () => {
    const answer = await api.mcpServers();
    return answer.ok ? succeed(answer.value.servers) : answer;
  });
  /** The one to be typed in a messenger, until it was used there. */
  const code = createStore<LinkCode | null>(null);

  return {
    identities: identities.items,
    servers: servers.items,
    code,
    loadServers: servers.load,

    /** Gives those that were linked since the list was read last, and with the first of them the code is spent. */
    async loadIdentities(): Promise<readonly LinkedIdentity[]> {
      const before = identities.items.get();
      await identities.load();
      const after = identities.items.get();
      if (before.state !== 'ready' || after.state !== 'ready') return [];
      const known = new Set(before.list.map(linkOf));
      const linked = after.list.filter((one) => !known.has(linkOf(one)));
      if (linked.length > 0) code.set(null);
      return linked;
    },

    /** False when there is none to be had. */
    async makeCode(): Promise<boolean> {
      const answer = await api.makeLinkCode();
      if (answer.ok) code.set(answer.value);
      return answer.ok;
    },

    previewCode: (entered: string): Answer<LinkPreview> => api.previewLinkCode(entered.trim()),
    enterCode: (entered: string): Answer<LinkedIdentity> => api.enterLinkCode(entered.trim()),

    async unlink(id: string): Promise<boolean> {
      const answer = await api.unlink(id);
      // One that is gone already was ended in another tab
      const gone = answer.ok || answer.problem.kind === 'missing';
      if (gone) await identities.load();
      return gone;
    },

    /** Where the sign-in begins, for a tab of its own; else why not, null where nobody said. */
    async signIn(name: string): Promise<{ readonly url: string } | { readonly problem: string | null }> {
      const answer = await api.mcpSignIn(name);
      if (!answer.ok) return { problem: answer.problem.kind === 'refused' ? answer.problem.message : null };
      const { url } = answer.value;
      return /^https?:\/\//.test(url) && URL.canParse(url) ? { url } : { problem: null };
    },

    async signOut(name: string): Promise<boolean> {
      const answer = await api.mcpSignOut(name);
      if (answer.ok) await servers.load();
      return answer.ok;
    },
  };
}

/** A link that was made anew is another one. */
const linkOf = ({ id, linked_at }: LinkedIdentity): string => `${id} ${linked_at}`;

/** What is shown stays while it is asked for anew, also when that fails; of answers that cross, the last one counts. */
function createListing<Item>(ask: () => Answer<readonly Item[]>) {
  const items = createStore<Listing<Item>>({ state: 'loading' });
  let asked = 0;
  return {
    items,
    load: async (): Promise<void> => {
      const mine = (asked += 1);
      if (items.get().state === 'failed') items.set({ state: 'loading' });
      const answer = await ask();
      if (mine !== asked) return;
      if (answer.ok) items.set({ state: 'ready', list: answer.value });
      else if (items.get().state !== 'ready') items.set({ state: 'failed' });
    },
  };
}
