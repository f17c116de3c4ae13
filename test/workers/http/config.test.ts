import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { configRoutes } from '#http/config.ts';

const get = async (path: string) => {
  const response = await configRoutes().request(path, {}, env);
  return [response.status, await response.json()];
};

test('agents, in the order of the file', async () => {
  expect(await get('/config/agents')).toEqual([
    200,
    {
      agents: [
        {
          agent_id: 'general-assistant-g1h2i3j4',
          name: 'General Assistant',
          description: expect.stringContaining('code'),
          model: 'sonnet',
          is_default: true,
        },
        {
          agent_id: 'email-reader-x1y2z3',
          name: 'Email Reader',
          description: expect.stringContaining('e-mail files'),
          model: 'sonnet',
          is_default: false,
        },
      ],
    },
  ]);
});

test('subagents', async () => {
  expect(await get('/config/subagents')).toEqual([
    200,
    { subagents: [{ name: 'Code Reviewer', focus: 'Security, performance, code quality' }] },
  ]);
});

test('no skills yet', async () => {
  expect(await get('/config/skills')).toEqual([200, { skills: [] }]);
});
