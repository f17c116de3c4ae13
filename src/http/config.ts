import { createRoute } from '@hono/zod-openapi';
import { catalog } from '#catalog/catalog.ts';
import { configuredPlatforms } from '#channel/create-platform.ts';
import { livePlatformDeps } from '#channel/live-platform-deps.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { routeSecurity } from '#http/route-security.ts';
import { AgentList, PageConfig, SkillList, SubagentList } from '#protocol/config.ts';

const listAgents = createRoute({
  method: 'get',
  path: '/config/agents',
  summary: 'The agents to choose from',
  security: routeSecurity.key,
  responses: {
    200: jsonAnswer(AgentList, 'The agents a conversation can be held with, in the order of the file'),
  },
});

const listSubagents = createRoute({
  method: 'get',
  path: '/config/subagents',
  summary: 'The subagents that agents can hand work to',
  security: routeSecurity.key,
  responses: { 200: jsonAnswer(SubagentList, 'The specialists that agents hand work to') },
});

const listSkills = createRoute({
  method: 'get',
  path: '/config/skills',
  summary: 'The skills that agents have',
  security: routeSecurity.key,
  responses: { 200: jsonAnswer(SkillList, 'The skills that agents can use') },
});

const describePage = createRoute({
  method: 'get',
  path: '/config/page',
  summary: 'What the page asks before it shows itself',
  security: routeSecurity.key,
  responses: { 200: jsonAnswer(PageConfig, 'What the page has to know of this server') },
});

/** What there is to choose from. Behind the key layer, but no user is needed. */
export function configRoutes() {
  return newRouter()
    .openapi(listAgents, (c) =>
      c.json(
        {
          agents: catalog.agents.map(({ id, name, description, model, permissionMode, isDefault }) => ({
            agent_id: id,
            name,
            description,
            model,
            permission_mode: permissionMode,
            is_default: isDefault,
          })),
        },
        200,
      ),
    )
    .openapi(listSubagents, (c) =>
      c.json({ subagents: catalog.subagents.map(({ name, focus }) => ({ name, focus })) }, 200),
    )
    .openapi(listSkills, (c) =>
      c.json({ skills: catalog.skills.map(({ name, description }) => ({ name, description })) }, 200),
    )
    .openapi(describePage, (c) =>
      c.json(
        {
          demo: c.var.settings.DEMO_MODEL !== undefined,
          messengers: configuredPlatforms(c.var.settings, livePlatformDeps(c.env, c.var.settings)).map(
            ({ name }) => name,
          ),
        },
        200,
      ),
    );
}
