import { useState } from 'react';
import type { McpServerState } from '#protocol/mcp.ts';
import type { Connections } from '#web/core/connections.ts';
import { words } from '#web/core/words.ts';
import { ConnectionPart, NotSetUp, Problem, Rows } from '#web/features/connections/connection-part.tsx';
import { Button } from '#web/ui/button.tsx';
import { useStore } from '#web/ui/use-store.ts';

const text = words.connections;

export function McpServers({ connections }: { connections: Connections }) {
  const listing = useStore(connections.servers);
  return (
    <ConnectionPart title={text.servers} lead={text.serversLead}>
      <Rows
        listing={listing}
        loading={text.serversLoading}
        failed={text.serversFailed}
        empty={<NotSetUp text={text.noServer} />}
        onRetry={() => void connections.loadServers()}
        row={(server) => <ServerRow key={server.name} server={server} connections={connections} />}
      />
    </ConnectionPart>
  );
}

const DOTS = { ready: 'bg-good', sign_in: 'border-2 border-accent', unavailable: 'bg-bad' } as const;

function ServerRow({ server, connections }: { server: McpServerState; connections: Connections }) {
  const { name, state, tools, problem, signed_in } = server;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [address, setAddress] = useState<string | null>(null);

  async function signIn() {
    // A browser opens tabs only at once after a click, not when the answer has come
    const tab = window.open('about:blank');
    setBusy(true);
    const start = await connections.signIn(name);
    setBusy(false);
    if ('problem' in start) {
      tab?.close();
      return setFailure(start.problem ?? text.signInFailed);
    }
    setFailure(null);
    if (tab === null) return setAddress(start.url);
    tab.opener = null;
    tab.location.replace(start.url);
  }

  async function signOut() {
    setBusy(true);
    const done = await connections.signOut(name);
    setBusy(false);
    setFailure(done ? null : text.unreachable);
  }

  return (
    <li className="px-3.5 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-24 flex-1">
          <p className="text-sm font-medium wrap-anywhere">{name}</p>
          <p className="flex items-center gap-1.5 text-xs text-soft">
            <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${DOTS[state]}`} />
            {text.states[state]}
            {tools !== null && ` · ${text.tools(tools)}`}
          </p>
        </div>
        {state === 'sign_in' && (
          <Button look="fill" disabled={busy} aria-label={text.signInAt(name)} onClick={() => void signIn()}>
            {text.signIn}
          </Button>
        )}
        {signed_in && (
          <Button
            look="quiet"
            disabled={busy}
            aria-label={text.signOutOf(name)}
            onClick={() => void signOut()}
          >
            {text.signOut}
          </Button>
        )}
      </div>
      {problem !== null && <p className="mt-1 text-sm wrap-anywhere text-soft">{problem}</p>}
      {address !== null && state === 'sign_in' && (
        <p className="mt-2 text-sm">
          <a href={address} target="_blank" rel="noopener noreferrer" className="text-accent underline">
            {text.signInOpen(name)}
          </a>
        </p>
      )}
      <Problem text={failure} />
    </li>
  );
}
