import { expect, test } from 'vitest';
import { parseCatalog } from '#catalog/parse-catalog.ts';

const subagentsYaml = 'subagents: {}';
const parse = (agentsYaml: string) => parseCatalog({ agentsYaml, subagentsYaml, knownTools: [] });

test("the defaults' hooks come first, then the agent's own", () => {
  const parsed = parse(`
_defaults:
  hooks:
    - rule: confirm-outward
default_agent: a
agents:
  a:
    hooks:
      - event: PreToolUse
        matcher: Bash|mcp__*
        url: https://hooks.example/check
        headers: { authorization: 'Bearer \${HOOK_TOKEN}' }
        secret: HOOK_SECRET
        timeout_seconds: 3
      - { event: Stop, url: 'http://localhost:9000/stop' }
  b: {}
`);
  const rule = { kind: 'rule', event: 'PreToolUse', rule: 'confirm-outward', matcher: undefined };
  expect(parsed.ok && parsed.value.agent('a').hooks).toEqual([
    rule,
    {
      kind: 'endpoint',
      event: 'PreToolUse',
      matcher: 'Bash|mcp__*',
      url: 'https://hooks.example/check',
      headers: { authorization: 'Bearer ${HOOK_TOKEN}' },
      secret: 'HOOK_SECRET',
      timeoutMs: 3_000,
      onFailure: 'deny',
    },
    {
      kind: 'endpoint',
      event: 'Stop',
      matcher: undefined,
      url: 'http://localhost:9000/stop',
      headers: {},
      secret: undefined,
      timeoutMs: 10_000,
      onFailure: 'allow',
    },
  ]);
  expect(parsed.ok && parsed.value.agent('b').hooks).toEqual([rule]);
});

test.each([
  ['- rule: confirm-all', 'hooks.0.rule: must be one of the built-in rules: confirm-outward, no-network'],
  ['- { event: PreToolUse }', 'hooks.0.url: is required'],
  ['- { event: Before, url: "https://a.example" }', 'hooks.0.event: Invalid option'],
  [
    '- { event: Stop, url: "ftp://a.example" }',
    'hooks.0.url: must be an address that begins with https:// or http://',
  ],
  ['- { event: Stop, url: "https://me:pw@a.example" }', 'hooks.0.url: must hold no user name; use headers'],
  [
    '- { event: Stop, url: "https://a.example", matcher: Bash }',
    'hooks.0.matcher: Stop is about no tool; leave it out',
  ],
  [
    '- { event: PostToolUse, url: "https://a.example", on_failure: deny }',
    'hooks.0.on_failure: PostToolUse comes after what happened and can only be "allow"',
  ],
  ['- { event: Stop, url: "https://a.example", timeout_seconds: 90 }', 'hooks.0.timeout_seconds: Too big'],
  [
    '- { event: Stop, url: "https://a.example", secret: "my key!" }',
    'hooks.0.secret: must be the name of a variable',
  ],
  [
    '- { event: PreToolUse, url: "https://a.example", matcher: "Bash (x)" }',
    'hooks.0.matcher: must be tool names',
  ],
  ['- { rule: no-network, mather: Bash }', 'hooks.0.mather: unknown field; did you mean "matcher"?'],
  ['- PreToolUse', 'hooks.0: must be a rule, or an event with a url'],
])('%s is refused with file, line and field', (entry, message) => {
  const parsed = parse(`default_agent: a\nagents:\n  a:\n    hooks:\n      ${entry}\n`);
  expect(parsed.ok ? [] : parsed.problem).toEqual([expect.stringContaining(`agents.a.${message}`)]);
  expect(parsed.ok ? '' : parsed.problem[0]).toMatch(/^agents\.yaml:5:\d+ /);
});
