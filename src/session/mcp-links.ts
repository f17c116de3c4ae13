import type { Tool } from '#agent/tool.ts';
import { isServerDisallowed, mayCall } from '#agent/tool-pattern.ts';
import type { Agent } from '#catalog/parse-catalog.ts';
import type { Log } from '#lib/log.ts';
import { McpProblem, SignInNeeded } from '#mcp/mcp-problem.ts';
import { RemoteLink, type LinkDeps } from '#mcp/remote-link.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';
import { toolPrefix } from '#mcp/tool-name.ts';
import { fitting, type ListOutcome, type McpLists } from '#session/mcp-lists.ts';
import { mcpTools, signInTool, unavailableTool } from '#tools/mcp-tools.ts';

/** A list is used as it is for this long; then it is used once more, and asked for anew beside the turn. */
const FRESH_MS = 5 * 60_000;
/** An older list is asked for before the turn. */
const USABLE_MS = 24 * 60 * 60_000;
/** A server that did not answer is left alone for so long. */
const PAUSE_MS = 60_000;

type AgentServers = Pick<Agent, 'mcpServers' | 'tools' | 'disallowedTools'>;

/** A session's ways to MCP servers. Contract: connected only while a turn runs. */
export class McpLinks {
  readonly #deps: LinkDeps;
  readonly #lists: McpLists;
  readonly #log: Log;
  readonly #links = new Map<string, RemoteLink>();
  #closing: Promise<void> = Promise.resolve();

  constructor(deps: LinkDeps, lists: McpLists, log: Log) {
    this.#deps = deps;
    this.#lists = lists;
    this.#log = log;
  }

  /**
   * The tools of an agent's servers. Contract: never fails; a server that cannot be used has one tool, which says so.
   * `ended` is the end of the turn they are for.
   */
  async tools(agent: AgentServers, ended: Promise<void>): Promise<readonly Tool[]> {
    const servers = agent.mcpServers.filter(({ name }) => !isServerDisallowed(agent, toolPrefix(name)));
    if (servers.length === 0) return [];
    // The last turn may have changed a list
    await this.#closing;
    void this.#closeAfter(ended);
    const outcomes = await Promise.all(servers.map((server) => this.#outcome(server)));
    const taken = new Set<string>();
    return servers.flatMap((server, index) => {
      const outcome = outcomes[index];
      return outcome === undefined ? [] : this.#toolsOf(agent, server, { outcome, taken });
    });
  }

  #toolsOf(
    agent: AgentServers,
    server: RemoteServer,
    { outcome, taken }: { outcome: ListOutcome; taken: Set<string> },
  ): Tool[] {
    const link = this.#link(server);
    switch (outcome.kind) {
      case 'tools':
        return mcpTools(link, outcome.tools, taken, (challenge) =>
          this.#lists.write(server, { kind: 'sign_in', challenge }),
        ).filter(({ name }) => mayCall(agent, toolPrefix(server.name), name));
      case 'sign_in':
        return [signInTool(link, outcome.challenge)];
      case 'unavailable':
        return [unavailableTool(link, outcome.problem, () => this.#retry(server))];
    }
  }

  async #outcome(server: RemoteServer): Promise<ListOutcome> {
    const stored = this.#lists.read(server);
    if (stored === undefined || stored.age > USABLE_MS) return this.#ask(server);
    const { outcome, age } = stored;
    switch (outcome.kind) {
      case 'tools':
        if (age > FRESH_MS) {
          void this.#askBeside(server).catch((error: unknown) => this.#failed('mcp_list_failed', error));
        }
        return outcome;
      case 'sign_in':
        return (await this.#link(server).isSignedIn()) ? this.#ask(server) : outcome;
      case 'unavailable':
        return age > PAUSE_MS ? this.#ask(server) : outcome;
    }
  }

  async #ask(server: RemoteServer): Promise<ListOutcome> {
    const outcome = await this.#list(this.#link(server));
    this.#lists.write(server, outcome);
    return outcome;
  }

  /** On a connection of its own, for the turn may end before it. A list that is there stays if nobody answers. */
  async #askBeside(server: RemoteServer): Promise<void> {
    const link = new RemoteLink(server, this.#deps);
    const outcome = await this.#list(link);
    if (outcome.kind !== 'unavailable') this.#lists.write(server, outcome);
    await link.close();
  }

  async #list(link: RemoteLink): Promise<ListOutcome> {
    const { server } = link;
    try {
      return this.#fitting(server, await link.listTools());
    } catch (error) {
      if (error instanceof SignInNeeded) return { kind: 'sign_in', challenge: error.challenge };
      if (error instanceof McpProblem) return { kind: 'unavailable', problem: error.message };
      this.#failed('mcp_list_failed', error);
      return {
        kind: 'unavailable',
        problem: `The MCP server ${server.name} cannot be used for an internal reason.`,
      };
    }
  }

  #fitting(server: RemoteServer, tools: Awaited<ReturnType<RemoteLink['listTools']>>): ListOutcome {
    const kept = fitting(tools);
    if (kept.length < tools.length) {
      this.#log.warn('mcp_tools_left_out', { server: server.name, tools: tools.length - kept.length });
    }
    return { kind: 'tools', tools: kept };
  }

  async #retry(server: RemoteServer): Promise<string> {
    const outcome = await this.#ask(server);
    switch (outcome.kind) {
      case 'unavailable':
        return outcome.problem;
      case 'sign_in':
        return `The MCP server ${server.name} answers again and wants the user to sign in. With their next message you have a tool for that.`;
      case 'tools':
        return `The MCP server ${server.name} answers again. You have its tools with the user's next message.`;
    }
  }

  #link(server: RemoteServer): RemoteLink {
    const known = this.#links.get(server.name);
    if (known?.server === server) return known;
    const link = new RemoteLink(server, this.#deps);
    this.#links.set(server.name, link);
    return link;
  }

  /** The session may be gone by then, and its tables. */
  #failed(event: string, error: unknown): void {
    this.#log.error(event, { error: String(error) });
  }

  async #closeAfter(ended: Promise<void>): Promise<void> {
    await ended;
    this.#closing = this.#close().catch((error: unknown) => this.#failed('mcp_close_failed', error));
  }

  async #close(): Promise<void> {
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.all(
      links.map(async (link) => {
        const tools = await link.close();
        if (tools !== undefined) this.#lists.write(link.server, this.#fitting(link.server, tools));
      }),
    );
  }
}
