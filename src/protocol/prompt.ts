import { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';
import { ImageBlock, TextBlock } from '#protocol/message.ts';

/** What a user says: plain text, or text and images. */
export const Prompt = z.union([z.string(), z.array(z.discriminatedUnion('type', [TextBlock, ImageBlock]))]);
export type Prompt = z.infer<typeof Prompt>;

/** Decoded. Providers refuse larger ones, and the session would be stuck with it. */
const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

/**
 * Reads the `content` of a prompt. The texts of the problems are part of the wire format: clients show and match
 * them.
 */
export function parsePrompt(content: unknown): Result<Prompt, string> {
  if (isEmpty(content)) return fail('Empty content');
  if (typeof content === 'string') return succeed(content);
  if (Array.isArray(content)) {
    const blocks: Exclude<Prompt, string> = [];
    for (const [index, item] of content.entries()) {
      const block = parseBlock(item);
      if (!block.ok)
        return fail(`Invalid content format: Invalid content block at index ${index}: ${block.problem}`);
      blocks.push(...block.value);
    }
    return succeed(blocks);
  }
  if (typeof content === 'object') {
    const block = parseBlock(content);
    return block.ok ? succeed(block.value) : fail(`Invalid content format: ${block.problem}`);
  }
  return fail(
    `Invalid content format: Unsupported content type: ${typeName(content)}. Expected str, list, or dict`,
  );
}

/** The text of a prompt, as titles and lists show it. */
export const promptText = (prompt: Prompt): string =>
  typeof prompt === 'string'
    ? prompt
    : prompt.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');

function isEmpty(content: unknown): boolean {
  if (typeof content === 'string') return content.trim() === '';
  if (Array.isArray(content)) return content.length === 0;
  if (typeof content === 'object' && content !== null) return Object.keys(content).length === 0;
  return !content;
}

/** No block where there is nothing to say: a blank text block, an image without a source. */
function parseBlock(item: unknown): Result<Exclude<Prompt, string>, string> {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return fail(`Block must be a dictionary, got ${typeName(item)}`);
  }
  const block = z
    .looseObject({ type: z.unknown(), text: z.unknown(), source: z.unknown() })
    .partial()
    .parse(item);
  if (block.type === undefined) return fail("Content block must have a 'type' field");
  if (block.type === 'text') {
    return succeed(
      typeof block.text === 'string' && block.text.trim() !== '' ? [{ type: 'text', text: block.text }] : [],
    );
  }
  if (block.type !== 'image')
    return fail(`Invalid block type '${shown(block.type)}'. Must be 'text' or 'image'`);
  if (block.source === undefined || block.source === null) return succeed([]);
  return parseImage(block.source);
}

function parseImage(source: unknown): Result<Exclude<Prompt, string>, string> {
  const fields = z
    .looseObject({ type: z.unknown(), data: z.unknown(), url: z.unknown() })
    .partial()
    .safeParse(source);
  const { type, data, url } = fields.data ?? {};
  if (type !== 'base64' && type !== 'url') {
    return fail(`Invalid image source type '${shown(type)}'. Must be 'base64' or 'url'`);
  }
  if (type === 'base64' && typeof data !== 'string')
    return fail("Image source with type 'base64' must have a 'data' field");
  if (type === 'url' && typeof url !== 'string')
    return fail("Image source with type 'url' must have a 'url' field");
  const image = ImageBlock.safeParse({ type: 'image', source: withMediaType(fields.data) });
  if (!image.success) return fail('Image must be base64 of a JPEG, PNG, GIF or WebP, or an http(s) URL');
  const { source: taken } = image.data;
  if (taken.type === 'base64' && decodedBytes(taken.data) > MAX_IMAGE_BYTES)
    return fail('Image is larger than 10 MiB');
  return succeed([image.data]);
}

function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

/** Some clients leave the media type out; the first bytes of an image tell it (as base64). */
function withMediaType(source: Readonly<Record<string, unknown>> | undefined): unknown {
  if (source?.['type'] !== 'base64' || typeof source['media_type'] === 'string') return source;
  const data = shown(source['data']);
  const known = { iVBORw: 'image/png', '/9j/': 'image/jpeg', R0lGOD: 'image/gif', UklGR: 'image/webp' };
  return { ...source, media_type: Object.entries(known).find(([start]) => data.startsWith(start))?.[1] };
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : typeName(value));

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  const names: Readonly<Record<string, string>> = { string: 'str', boolean: 'bool', object: 'dict' };
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return names[typeof value] ?? typeof value;
}
