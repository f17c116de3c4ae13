import { z } from 'zod';

export const pluginManifestPath = '.claude-plugin/plugin.json';
export const marketplaceManifestPath = '.claude-plugin/marketplace.json';

/** Names go into the names of skills, subagents and commands, and into paths. */
const pluginName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'may have 1 to 64 lower-case letters, digits and "-"');

/** `name`, or `name@marketplace`. */
const dependency = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,63}(@[a-z0-9][a-z0-9-]{0,63})?$/,
    'must be the name of a plugin, or name@marketplace',
  );

/** `.claude-plugin/plugin.json`. Keys that other programs read are let through. */
export const PluginManifest = z.looseObject({
  name: pluginName,
  description: z.string().trim().default(''),
  version: z.string().optional(),
  dependencies: z.array(dependency).default([]),
  /** What `.mcp.json` may hold too. */
  mcpServers: z.unknown().optional(),
});
export type PluginManifest = z.infer<typeof PluginManifest>;

/** What a plugin may hold for other programs, and Edgewise does not use: its place, and the words for it. */
export const unusedParts = {
  'hooks/hooks.json': 'hooks',
  '.lsp.json': 'language servers',
  'output-styles': 'output styles',
  monitors: 'monitors',
} as const;

/** Where a marketplace says a plugin is: a folder of its own, or another repository. */
const PluginSource = z.union(
  [
    z.string().min(1),
    z.object({
      source: z.literal('github'),
      repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
      ref: z.string().optional(),
    }),
    z.object({ source: z.literal('url'), url: z.string().min(1), ref: z.string().optional() }),
  ],
  { error: 'must be a path, {source: github, repo} or {source: url, url}' },
);

/** `.claude-plugin/marketplace.json`. */
export const Marketplace = z.looseObject({
  name: pluginName,
  plugins: z.array(z.looseObject({ name: z.string(), source: PluginSource })),
});
export type Marketplace = z.infer<typeof Marketplace>;

/** One installed plugin. */
export const LockedPlugin = z.object({
  /** Null for one that came straight from a folder or a repository. */
  marketplace: z.string().nullable(),
  /** A git address, or a folder from the project. */
  source: z.string(),
  /** The branch, tag or commit that was asked for. */
  ref: z.string().nullable(),
  /** The commit that was taken; null for a folder. */
  commit: z.string().nullable(),
  /** Where in the source the plugin lies; empty for its top. */
  path: z.string(),
  /** Of all files: `sha256-…`. */
  hash: z.string(),
  version: z.string().nullable(),
});
export type LockedPlugin = z.infer<typeof LockedPlugin>;

/** `plugins.lock.json`: which plugins lie in `plugins/`, by name, and where they come from. */
export const PluginLock = z.object({
  /** Git addresses or folders, by the marketplace's own name. */
  marketplaces: z.record(z.string(), z.string()).default({}),
  plugins: z.record(z.string(), LockedPlugin).default({}),
});
export type PluginLock = z.infer<typeof PluginLock>;
