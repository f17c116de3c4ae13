import { imageMediaTypes, type ToolResultBlock, type ToolResultContent } from '#protocol/message.ts';

/** https://platform.claude.com/docs/en/build-with-claude/vision: 5 MB as base64; a PDF has to fit a request of 32 MB. */
const MOST_CHARACTERS = { image: 5 * 1024 * 1024, document: 30 * 1024 * 1024 };

/** The block itself, or a note in the place of an image or document that the API would refuse, with the whole request. */
export function replaceMedia<Block extends ToolResultContent>(block: Block): Block | TextBlock {
  if (block.type === 'text' || isAccepted(block)) return block;
  return mediaNote(block);
}

export const mediaNote = ({ type }: { readonly type: 'image' | 'document' }): TextBlock => ({
  type: 'text',
  text: `[Here was ${named[type]} that the model cannot be shown.]`,
});

type TextBlock = Extract<ToolResultContent, { type: 'text' }>;

const named = { image: 'an image', document: 'a document' };

function isAccepted({ type, source }: Exclude<ToolResultContent, { type: 'text' }>): boolean {
  if (source.type === 'url') return /^https?:\/\//i.test(source.url);
  const isKnown =
    type === 'image' ? imageMediaTypes.has(source.media_type) : source.media_type === 'application/pdf';
  return isKnown && source.data !== '' && source.data.length <= MOST_CHARACTERS[type];
}

/** The API refuses blank texts in a result, and takes nothing but text in one that is an error. */
export function repairResult(result: ToolResultBlock): ToolResultBlock {
  if (typeof result.content === 'string') return result;
  const content = result.content
    .filter((block) => block.type !== 'text' || block.text.trim() !== '')
    .map(replaceMedia);
  if (content.every(({ type }) => type === 'text')) return { ...result, content };
  const { is_error: _, ...rest } = result;
  return { ...rest, content, ...(result.is_error === false && { is_error: false }) };
}
