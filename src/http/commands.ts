import { createRoute, z } from '@hono/zod-openapi';
import { shortName } from '#catalog/by-short-name.ts';
import { catalog } from '#catalog/catalog.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { routeSecurity } from '#http/route-security.ts';
import { CommandList, PluginList } from '#protocol/config.ts';

const listCommands = createRoute({
  method: 'get',
  path: '/config/commands',
  summary: 'The commands that can begin a prompt',
  security: routeSecurity.key,
  request: {
    query: z.object({
      agent_id: z.string().optional().openapi({ description: 'Default: the default agent' }),
    }),
  },
  responses: {
    200: jsonAnswer(CommandList, 'The commands of an agent; for an unknown one, of the default agent'),
  },
});

const listPlugins = createRoute({
  method: 'get',
  path: '/config/plugins',
  summary: 'The plugins that agents have',
  security: routeSecurity.key,
  responses: { 200: jsonAnswer(PluginList, 'The plugins, with what each brings and which agents have it') },
});

const builtIn: CommandList['commands'] = [
  {
    name: 'compact',
    description: 'Summarise the conversation so far, to make room',
    argument_hint: '[what matters]',
    source: 'edgewise',
  },
];

/** What plugins, the project and Edgewise itself bring. Behind the key layer, but no user is needed. */
export function commandRoutes() {
  return newRouter()
    .openapi(listCommands, (c) => {
      const { commands } = catalog.agent(c.req.valid('query').agent_id ?? null);
      const configured = commands.map((command) => ({
        name: shortName([...builtIn, ...commands], command),
        description: command.description,
        argument_hint: command.argumentHint,
        source: command.name.includes(':') ? command.name.slice(0, command.name.indexOf(':')) : 'project',
      }));
      return c.json({ commands: [...configured, ...builtIn] }, 200);
    })
    .openapi(listPlugins, (c) =>
      c.json(
        {
          plugins: catalog.plugins.map((plugin) => ({
            name: plugin.name,
            description: plugin.description,
            version: plugin.version,
            marketplace: plugin.installedAs?.split('@')[1] ?? null,
            skills: plugin.skills.map(({ name }) => name),
            subagents: plugin.subagents.map(({ id }) => id),
            commands: plugin.commands.map(({ name }) => name),
            mcp_servers: plugin.mcpServers.map(({ name }) => name),
            agents: catalog.agents.filter(({ plugins }) => plugins.includes(plugin.name)).map(({ id }) => id),
          })),
        },
        200,
      ),
    );
}
