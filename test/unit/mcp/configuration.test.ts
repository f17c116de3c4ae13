import { expect, test } from 'vitest';
import { judge } from '#agent/permissions.ts';
import { isServerDisallowed, matchesTool, mayCall } from '#agent/tool-pattern.ts';
import { parseCatalog } from '#catalog/parse-catalog.ts';
import { mayBeAsked } from '#mcp/auth-fetch.ts';
import { parseMcpJson } from '#mcp/parse-mcp-json.ts';
import { toolName } from '#mcp/tool-name.ts';

test('.mcp.json: remote servers are read, programs named, what is wrong is said', () => {
  const text = JSON.stringify({
    mcpServers: {
      docs: { type: 'http', url: 'https://docs.example/mcp', headers: { 'x-key': '${KEY}' } },
      old: { type: 'sse', url: 'https://old.example/sse' },
      plain: { url: 'https://plain.example/mcp', timeout_seconds: 5 },
      local: { command: 'npx', args: ['x'] },
      wrong: { type: 'http', url: 'ftp://x' },
    },
  });
  expect(parseMcpJson('.mcp.json', text)).toEqual({
    servers: [
      {
        name: 'docs',
        url: 'https://docs.example/mcp',
        headers: { 'x-key': '${KEY}' },
        timeoutSeconds: 60,
        transport: 'http',
      },
      { name: 'old', url: 'https://old.example/sse', headers: {}, timeoutSeconds: 60, transport: 'sse' },
      { name: 'plain', url: 'https://plain.example/mcp', headers: {}, timeoutSeconds: 5, transport: 'http' },
    ],
    local: ['local'],
    problems: ['.mcp.json mcpServers.wrong.url: must be an address with http or https'],
  });
  expect(parseMcpJson('.mcp.json', '{')).toEqual({
    servers: [],
    local: [],
    problems: ['.mcp.json: is not JSON'],
  });
  expect(parseMcpJson('.mcp.json', '{}')).toEqual({ servers: [], local: [], problems: [] });
});

const subagentsYaml = 'subagents: {r: {description: d, focus: f, prompt: p, tools: [mcp__docs__read, Read]}}';

const parse = (agent: string) =>
  parseCatalog({
    agentsYaml: `default_agent: a\nagents:\n  a:\n    ${agent.replaceAll('\n', '\n    ')}\n`,
    subagentsYaml,
    knownTools: ['Read'],
    bundle: {
      skills: [],
      commands: [],
      plugins: [],
      mcpServers: [
        { name: 'docs', url: 'https://project.example', headers: {}, timeoutSeconds: 60, transport: 'http' },
      ],
    },
  });

test('agents.yaml: servers of an agent join those of the project, and win', () => {
  const parsed = parse(
    'mcp_servers: {docs: {url: "https://own.example", timeout_seconds: 9}, more: {url: "https://more.example", transport: sse}}\ntools: [Read, mcp__docs__*]\ndisallowed_tools: [mcp__more]\npermissions: {ask: [mcp__docs__*]}',
  );
  if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
  const { mcpServers, tools, disallowedTools, permissions } = parsed.value.agent(null);
  expect(
    mcpServers.map(({ name, url, timeoutSeconds, transport }) => [name, url, timeoutSeconds, transport]),
  ).toEqual([
    ['docs', 'https://own.example', 9, 'http'],
    ['more', 'https://more.example', 60, 'sse'],
  ]);
  expect({ tools, disallowedTools, ask: permissions.ask }).toEqual({
    tools: ['Read', 'mcp__docs__*'],
    disallowedTools: ['mcp__more'],
    ask: ['mcp__docs__*'],
  });
});

test.each([
  [
    'mcp_servers: {docs: {url: nowhere}}',
    'agents.yaml:4:25 agents.a.mcp_servers.docs.url: must be an address with http or https',
  ],
  ['mcp_servers: {docs: {urll: "https://x"}}', 'agents.yaml:4:19 agents.a.mcp_servers.docs.url: is required'],
  [
    'mcp_servers: {"a b": {url: "https://x"}}',
    'agents.yaml:4:19 agents.a.mcp_servers.a b: may have 1 to 64 letters, digits, "-" and "_"',
  ],
  [
    'mcp_servers: {docs: {url: "https://u:p@x"}}',
    'agents.yaml:4:26 agents.a.mcp_servers.docs.url: must not hold a password: put it into a header, as ${NAME_OF_A_SECRET}',
  ],
  ['tools: [Raed]', 'agents.yaml:4:13 agents.a.tools.0: there is no tool "Raed"; did you mean "Read"?'],
])('agents.yaml: %s', (agent, line) => {
  const parsed = parse(agent);
  expect(parsed.ok ? [] : parsed.problem).toContainEqual(expect.stringContaining(line.replace(/^\S+ /, '')));
});

test.each([
  ['mcp__docs__read', 'mcp__docs__read', true],
  ['mcp__docs__*', 'mcp__docs__read', true],
  ['mcp__docs', 'mcp__docs__read', true],
  ['mcp__*', 'mcp__docs__read', true],
  ['mcp__docs', 'mcp__docs2__read', false],
  ['mcp__docs__re', 'mcp__docs__read', false],
  ['Read', 'Read', true],
  ['Re*', 'Read', false],
])('%s means %s: %s', (pattern, tool, means) => {
  expect(matchesTool(pattern, tool)).toBe(means);
});

test('which tools of a server an agent may call', () => {
  const may = (tools: string[], disallowedTools: string[]) =>
    mayCall({ tools, disallowedTools }, 'mcp__docs__', 'mcp__docs__read');
  expect([
    may(['Read'], []),
    may(['Read'], ['mcp__docs__read']),
    may(['mcp__docs__write'], []),
    may(['mcp__docs__read'], []),
    may(['mcp__docs__r*'], ['mcp__other']),
    may(['mcp__other__x'], []),
  ]).toEqual([true, false, false, true, true, true]);
  expect(isServerDisallowed({ disallowedTools: ['mcp__docs'] }, 'mcp__docs__')).toBe(true);
  expect(isServerDisallowed({ disallowedTools: ['mcp__docs__read'] }, 'mcp__docs__')).toBe(false);
});

test('permission rules name tools of a server by pattern', () => {
  const call = { type: 'tool_use' as const, id: '1', name: 'mcp__docs__write', input: {} };
  const kind = (rules: { allow?: string[]; ask?: string[]; deny?: string[] }) =>
    judge(
      call,
      { effects: 'outward' },
      { mode: 'default', rules: { allow: [], ask: [], deny: [], ...rules }, sessionId: 's' },
    ).kind;
  expect([
    kind({}),
    kind({ allow: ['mcp__docs__*'] }),
    kind({ allow: ['mcp__docs'], deny: ['mcp__docs__write'] }),
    kind({ allow: ['mcp__docs'], ask: ['mcp__docs__w*'] }),
  ]).toEqual(['ask', 'allow', 'deny', 'ask']);
});

test('names are what the Messages API allows, and each is given once', () => {
  const taken = new Set<string>();
  const names = ['read', 'read file', 'read.file', 'ü', 'x'.repeat(200), `${'x'.repeat(200)}y`].map((tool) =>
    toolName('docs', tool, taken),
  );
  expect(names.map((name) => /^[a-zA-Z0-9_-]{1,128}$/.test(name))).toEqual(names.map(() => true));
  expect(new Set(names).size).toBe(names.length);
  expect(names.slice(0, 4)).toEqual([
    'mcp__docs__read',
    'mcp__docs__read_file',
    'mcp__docs__read_file_2',
    'mcp__docs___',
  ]);
});

test.each([
  ['https://auth.example/x', 'https://mcp.example/', true],
  ['http://auth.example/x', 'https://mcp.example/', false],
  ['https://10.0.0.1/x', 'https://mcp.example/', false],
  ['https://[::1]/x', 'https://mcp.example/', false],
  ['https://metadata.google.internal/x', 'https://mcp.example/', false],
  ['https://localhost/x', 'https://mcp.example/', false],
  ['https://user:pw@auth.example/', 'https://mcp.example/', false],
  ['http://mcp.example/token', 'http://mcp.example/mcp', true],
  ['http://127.0.0.1:9000/x', 'http://localhost:8000/', true],
  ['file:///etc/passwd', 'http://localhost:8000/', false],
])('a sign-in may lead to %s for %s: %s', (url, server, may) => {
  expect(mayBeAsked(new URL(url), new URL(server))).toBe(may);
});
