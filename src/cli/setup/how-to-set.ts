import { parseEnv } from 'node:util';
import type { PlatformName } from '#protocol/platform.ts';
import { platformVariables } from './variables.ts';

export interface Place {
  readonly server: string;
  /** The text of `.dev.vars` on this machine. */
  readonly devVars: string;
}

/** What is to be set for a messenger that the server does not have yet, a line each. */
export function howToSet(platform: PlatformName, place: Place): string[] {
  const isLocal = isLocalServer(place.server);
  const set = isLocal ? parseEnv(place.devVars) : {};
  const variables = platformVariables[platform];
  const missing = variables.filter(({ name }) => !set[name]);
  const shown = missing.length === 0 ? variables : missing;
  const width = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown.map(
    ({ name, source, isOptional }) =>
      `  ${name.padEnd(width)}  ${source}${isOptional === true ? ' (optional)' : ''}`,
  );
  return [
    isLocal ? 'Missing in .dev.vars beside package.json:' : 'The server needs these variables:',
    ...lines,
    isLocal
      ? 'Write them there, and start the server again.'
      : `Set each with \`npx wrangler secret put ${shown[0]?.name ?? 'NAME'}\`; it counts at once.`,
    `Then run \`npx edgewise setup ${platform}\` again. Step by step: docs/${platform.toUpperCase()}_SETUP.md`,
  ];
}

export const isLocalServer = (server: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(server)?.hostname ?? '');
