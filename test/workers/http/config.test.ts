import { describe, expect, test } from 'vitest';
import { platformFactories } from '#channel/create-platform.ts';
import { PlatformName } from '#protocol/platform.ts';
import { send, sendBare } from '#test/support/workers/accounts.ts';

const get = async (path: string) => {
  const response = await send('GET', `/api/v1/config/${path}`);
  return [response.status, await response.json()];
};

describe('with the key alone', () => {
  test('agents, in the order of the file', async () => {
    expect(await get('agents')).toEqual([
      200,
      {
        agents: [
          {
            agent_id: 'general-assistant-g1h2i3j4',
            name: 'General Assistant',
            description: expect.stringContaining('code'),
            model: 'sonnet',
            permission_mode: 'bypassPermissions',
            is_default: true,
          },
          {
            agent_id: 'email-reader-x1y2z3',
            name: 'Email Reader',
            description: expect.stringContaining('e-mail files'),
            model: 'sonnet',
            permission_mode: 'bypassPermissions',
            is_default: false,
          },
        ],
      },
    ]);
  });

  test('what the page has to know', async () => {
    // Other files leave theirs in the runtime that they share with this one
    const factories = { ...platformFactories };
    for (const name of PlatformName.options) platformFactories[name] = () => null;
    expect(await get('page')).toEqual([200, { demo: false, messengers: [] }]);
    Object.assign(platformFactories, factories);
  });

  test('subagents', async () => {
    expect(await get('subagents')).toEqual([
      200,
      {
        subagents: [
          { name: 'Code Reviewer', focus: 'Security, performance, code quality' },
          { name: 'writing-tools:editor', focus: expect.stringContaining('Edits prose') },
        ],
      },
    ]);
  });

  test('skills, with nothing but what a list shows', async () => {
    expect(await get('skills')).toEqual([
      200,
      {
        skills: [
          { name: 'data-summary', description: expect.stringContaining('CSV') },
          { name: 'writing-review', description: expect.stringContaining('Reviews a text') },
          {
            name: 'writing-tools:translation',
            description: expect.stringContaining('Translates whole files'),
          },
        ],
      },
    ]);
  });
});

describe('commands', () => {
  const commands = {
    commands: [
      {
        name: 'summarize',
        description: 'Sum up a file, a page or what was said so far',
        argument_hint: '[file, address or topic]',
        source: 'writing-tools',
      },
      {
        name: 'translate',
        description: 'Translate a text or a file',
        argument_hint: '<language> <text or file>',
        source: 'writing-tools',
      },
      {
        name: 'compact',
        description: 'Summarise the conversation so far, to make room',
        argument_hint: '[what matters]',
        source: 'edgewise',
      },
    ],
  };
  test.each(['commands', 'commands?agent_id=email-reader-x1y2z3', 'commands?agent_id=gone'])(
    '%s',
    async (path) => {
      expect(await get(path)).toEqual([200, commands]);
    },
  );
});

test('plugins, with what they bring and who has them', async () => {
  expect(await get('plugins')).toEqual([
    200,
    {
      plugins: [
        {
          name: 'writing-tools',
          description: expect.stringContaining('summarize'),
          version: '1.0.0',
          marketplace: null,
          skills: ['writing-tools:translation'],
          subagents: ['writing-tools:editor'],
          commands: ['writing-tools:summarize', 'writing-tools:translate'],
          mcp_servers: [],
          agents: ['general-assistant-g1h2i3j4', 'email-reader-x1y2z3'],
        },
      ],
    },
  ]);
});

test.each(['agents', 'subagents', 'skills', 'commands', 'plugins'])('%s need the key', async (path) => {
  expect((await sendBare('GET', `/api/v1/config/${path}`)).status).toBe(401);
});
