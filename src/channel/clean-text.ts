import { redact } from '#lib/redact/redact.ts';
import type { Settings } from '#protocol/settings.ts';

/** What may leave the house: no path of the workspace's inside, no secret. */
export function cleanText(text: string, { SANITIZE_PATHS }: Pick<Settings, 'SANITIZE_PATHS'>): string {
  return redact(SANITIZE_PATHS ? text.replace(/\/workspace\/(?=[\w.-])/g, '') : text);
}
