import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCatalog } from '#catalog/parse-catalog.ts';
import { toolNames } from '#catalog/tool-names.ts';

const subagentsYaml = `subagents:
  reviewer:
    description: Reviews code
    focus: Code
    prompt: Review.
    tools: [Read]
`;

const parse = (agentsYaml: string, helpers = subagentsYaml) =>
  parseCatalog({ agentsYaml, subagentsYaml: helpers, knownTools: ['Read', 'Write', 'Bash'] });

const noPlugins = { skills: [], commands: [], plugins: [], hooks: [], mcpServers: [], disallowedTools: [] };

test('the files in the repository', () => {
  const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
  const parsed = parseCatalog({
    agentsYaml: read('agents.yaml'),
    subagentsYaml: read('subagents.yaml'),
    knownTools: toolNames,
  });
  if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
  const { agents, subagents } = parsed.value;
  expect(
    agents.map(({ id, name, model, isDefault, tools }) => ({ id, name, model, isDefault, tools })),
  ).toEqual([
    {
      id: 'general-assistant-g1h2i3j4',
      name: 'General Assistant',
      model: 'sonnet',
      isDefault: true,
      tools: [...toolNames],
    },
    {
      id: 'email-reader-x1y2z3',
      name: 'Email Reader',
      model: 'sonnet',
      isDefault: false,
      tools: [...toolNames],
    },
  ]);
  for (const { systemPrompt } of agents)
    expect(systemPrompt).toMatch(/^# Secrets\n[^]*\[CONFIGURED\][^]*\n\n# Your work\n/);
  expect(subagents.map(({ id, name, focus }) => ({ id, name, focus }))).toEqual([
    { id: 'reviewer', name: 'Code Reviewer', focus: 'Security, performance, code quality' },
  ]);
  expect(parsed.value.agent('email-reader-x1y2z3').name).toBe('Email Reader');
});

test.each(['mcp__media_tools__send_file_to_chat', 'mcp__plugin_media-tools_media_tools__send_file_to_chat'])(
  '%s means the own tool as well',
  (name) => {
    const parsed = parseCatalog({
      agentsYaml: `default_agent: a\nagents: { a: { tools: [Read, ${name}] }, b: { disallowed_tools: [${name}] } }`,
      subagentsYaml: 'subagents: {}',
      knownTools: ['Read', 'send_file_to_chat'],
    });
    if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
    expect(['a', 'b'].map((id) => parsed.value.agent(id).tools)).toEqual([
      ['Read', name, 'send_file_to_chat'],
      ['Read'],
    ]);
  },
);

test('an agent lies over the defaults key by key, prompts are joined, tools restrict', () => {
  const parsed = parse(`
_defaults: { system_prompt: "Common.\\n", tools: [Read, Write, Bash], model: opus, disallowed_tools: [Bash] }
default_agent: b
agents:
  a: {}
  b: { name: Bee, description: Buzzes, system_prompt: Own., tools: [Bash, Read], disallowed_tools: [], subagents: [], model: haiku }
`);
  const common = { description: '', subagents: ['reviewer'], ...noPlugins };
  expect(parsed.ok && parsed.value.agents).toEqual([
    {
      ...common,
      id: 'a',
      name: 'a',
      systemPrompt: 'Common.',
      tools: ['Read', 'Write'],
      disallowedTools: ['Bash'],
      model: 'opus',
      permissionMode: 'bypassPermissions',
      permissions: { allow: [], ask: [], deny: [] },
      isDefault: false,
    },
    {
      id: 'b',
      name: 'Bee',
      description: 'Buzzes',
      systemPrompt: 'Common.\n\nOwn.',
      tools: ['Bash', 'Read'],
      subagents: [],
      ...noPlugins,
      model: 'haiku',
      permissionMode: 'bypassPermissions',
      permissions: { allow: [], ask: [], deny: [] },
      isDefault: true,
    },
  ]);
});

test('without defaults an agent has every tool and every subagent', () => {
  const parsed = parse('default_agent: a\nagents: { a: {} }');
  expect(parsed.ok && parsed.value.agents).toEqual([
    {
      id: 'a',
      name: 'a',
      description: '',
      systemPrompt: '',
      tools: ['Read', 'Write', 'Bash'],
      subagents: ['reviewer'],
      ...noPlugins,
      model: 'sonnet',
      permissionMode: 'bypassPermissions',
      permissions: { allow: [], ask: [], deny: [] },
      isDefault: true,
    },
  ]);
});

test.each([
  { name: 'known', id: 'b', expected: 'b' },
  { name: 'none given', id: null, expected: 'a' },
  { name: 'not in the file', id: 'gone', expected: 'a' },
  { name: 'a name every object has', id: 'constructor', expected: 'a' },
])('agent by id: $name', ({ id, expected }) => {
  const parsed = parse('default_agent: a\nagents: { a: {}, b: {} }');
  expect(parsed.ok && parsed.value.agent(id).id).toBe(expected);
});

test('thinking and effort, of an agent over the defaults, and of a subagent', () => {
  const parsed = parse(
    '_defaults: { thinking: adaptive, effort: low }\ndefault_agent: a\nagents: { a: {}, b: { thinking: off, effort: max }, c: { thinking: 8000 } }',
    'subagents: { s: { description: d, focus: f, prompt: p, tools: [], thinking: off, effort: high } }',
  );
  const wanted = ({ thinking, effort }: { thinking?: unknown; effort?: unknown }) => [thinking, effort];
  expect(parsed.ok && [...parsed.value.agents, ...parsed.value.subagents].map(wanted)).toEqual([
    ['adaptive', 'low'],
    ['off', 'max'],
    [8000, 'low'],
    ['off', 'high'],
  ]);
});

const valid = 'default_agent: a\nagents:\n  a:\n';

test.each([
  {
    name: 'thinking and effort that are none',
    yaml: `${valid}    thinking: 100\n    effort: hi\n`,
    expected: [
      'agents.yaml:4:5 agents.a.thinking: must be off, adaptive or a number of tokens from 1024 on',
      'agents.yaml:5:5 agents.a.effort: must be one of low, medium, high, xhigh, max',
    ],
  },
  {
    name: 'misspelt field',
    yaml: `${valid}    name: A\n    modle: opus\n`,
    expected: ['agents.yaml:5:5 agents.a.modle: unknown field; did you mean "model"?'],
  },
  {
    name: 'unknown field',
    yaml: `${valid}    output_style: terse\n`,
    expected: ['agents.yaml:4:5 agents.a.output_style: unknown field'],
  },
  {
    name: 'unknown field in the defaults, and another at the top',
    yaml: `_defaults:\n  tool: [Read]\nagent: x\n${valid}    name: A\n`,
    expected: [
      'agents.yaml:2:3 _defaults.tool: unknown field; did you mean "tools"?',
      'agents.yaml:3:1 agent: unknown field; did you mean "agents"?',
    ],
  },
  {
    name: 'tool in a list',
    yaml: `${valid}    tools:\n      - Read\n      - bash\n      - Teleport\n`,
    expected: [
      'agents.yaml:6:9 agents.a.tools.1: there is no tool "bash"; did you mean "Bash"?',
      'agents.yaml:7:9 agents.a.tools.2: there is no tool "Teleport"; there are: Read, Write, Bash',
    ],
  },
  {
    name: 'subagent',
    yaml: `${valid}    subagents: [reviewr]\n`,
    expected: [
      'agents.yaml:4:17 agents.a.subagents.0: there is no subagent "reviewr"; did you mean "reviewer"?',
    ],
  },
  {
    name: 'default agent that is not there',
    yaml: 'agents:\n  a: { name: A }\ndefault_agent: b\n',
    expected: ['agents.yaml:3:1 default_agent: there is no agent "b"; there are: a'],
  },
  {
    name: 'nothing in it',
    yaml: '',
    expected: ['agents.yaml:1:1 (the whole file): Invalid input: expected object, received null'],
  },
  {
    name: 'default agent missing',
    yaml: 'agents:\n  a: { name: A }\n',
    expected: ['agents.yaml:1:1 default_agent: is required'],
  },
  {
    name: 'wrong type',
    yaml: `${valid}    tools: Read\n    model: 5\n`,
    expected: [
      'agents.yaml:4:5 agents.a.tools: Invalid input: expected array, received string',
      'agents.yaml:5:5 agents.a.model: Invalid input: expected string, received number',
    ],
  },
  {
    name: 'empty agent',
    yaml: valid,
    expected: ['agents.yaml:3:3 agents.a: Invalid input: expected object, received null'],
  },
  {
    name: 'id that does not fit into a URL',
    yaml: 'default_agent: a\nagents:\n  a: {}\n  ../b: {}\n',
    expected: ['agents.yaml:4:3 agents.../b: may have 1 to 64 letters, digits, "-" and "_"'],
  },
  {
    name: 'a directory outside the workspace',
    yaml: `${valid}    allowed_directories: [output, /tmp, ../etc]\n`,
    expected: ['agents.yaml:4:41 agents.a.allowed_directories.2: must be a folder under /workspace, or /tmp'],
  },
  {
    name: 'a mode that does not exist here',
    yaml: `${valid}    permission_mode: yolo\n`,
    expected: [
      'agents.yaml:4:5 agents.a.permission_mode: Invalid option: expected one of "default"|"acceptEdits"|"plan"|"bypassPermissions"',
    ],
  },
  {
    name: 'wrong value behind an alias',
    yaml: `_defaults: &common\n  model: 5\n${valid}    *common\n`,
    expected: [
      'agents.yaml:2:3 _defaults.model: Invalid input: expected string, received number',
      'agents.yaml:2:3 agents.a.model: Invalid input: expected string, received number',
    ],
  },
  {
    name: 'alias without an anchor',
    yaml: `${valid}    tools: *all\n`,
    expected: ['agents.yaml:4:12 *all: no anchor of this name stands above'],
  },
  {
    name: 'the same field twice',
    yaml: `${valid}    name: A\n    name: B\n`,
    expected: ['agents.yaml:5:5 Map keys must be unique'],
  },
  {
    name: 'a tag nobody knows',
    yaml: `${valid}    name: !env NAME\n`,
    expected: ['agents.yaml:4:11 Unresolved tag: !env'],
  },
])('$name', ({ yaml, expected }) => {
  expect(parse(yaml)).toEqual({ ok: false, problem: expected });
});

test('skills are for agents that have the tool', () => {
  const skill = { name: 'tidy', description: 'Tidies.', body: 'Tidy.', files: [] };
  const parsed = parseCatalog({
    agentsYaml: 'default_agent: a\nagents: { a: { tools: [Skill] }, b: { tools: [Read] } }',
    subagentsYaml,
    knownTools: ['Read', 'Skill'],
    bundle: { skills: [skill], commands: [], plugins: [] },
  });
  expect(parsed.ok && parsed.value.agents.map(({ skills }) => skills)).toEqual([[skill], []]);
  expect(parsed.ok && parsed.value.skills).toEqual([skill]);
});

test('the problems of both files are listed, and no subagent is called unknown while its file is broken', () => {
  const parsed = parse(
    `${valid}    subagents: [reviewer]\n    modle: x\n`,
    'subagents:\n  reviewer:\n    focus: Code\n',
  );
  expect(parsed).toEqual({
    ok: false,
    problem: [
      'agents.yaml:5:5 agents.a.modle: unknown field; did you mean "model"?',
      'subagents.yaml:2:3 subagents.reviewer.description: is required',
      'subagents.yaml:2:3 subagents.reviewer.prompt: is required',
      'subagents.yaml:2:3 subagents.reviewer.tools: is required',
    ],
  });
});
