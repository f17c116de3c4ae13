import type { Message, ToolResultContent } from '#protocol/message.ts';

/** What the Messages API would refuse in these messages, in words; written from its errors, not from our repair. */
export function refusals(messages: readonly Message[]): string[] {
  const wrong: string[] = [];
  const ids = new Set<string>();
  if (messages[0]?.role !== 'user') wrong.push('the first message is not from the user');
  if (messages.at(-1)?.role !== 'user') wrong.push('the last message is not from the user');
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const at = `messages.${index}`;
    if (message.role === messages[index - 1]?.role) wrong.push(`${at}: roles do not alternate`);
    if (message.content.length === 0) wrong.push(`${at}: empty`);
    if (message.role === 'assistant') {
      open = [];
      for (const block of message.content) {
        if (block.type === 'text' && block.text.trim() === '') wrong.push(`${at}: blank text`);
        if (block.type === 'thinking' && block.signature === '')
          wrong.push(`${at}: thinking without signature`);
        if (block.type !== 'tool_use') continue;
        if (ids.has(block.id)) wrong.push(`${at}: id ${block.id} twice`);
        if (!/^[\w-]+$/.test(block.id)) wrong.push(`${at}: malformed id`);
        if (!/^[\w-]{1,128}$/.test(block.name)) wrong.push(`${at}: malformed name`);
        if (Array.isArray(block.input) || typeof block.input !== 'object')
          wrong.push(`${at}: input no object`);
        ids.add(block.id);
        open.push(block.id);
      }
      const last = message.content.at(-1)?.type;
      if (last === 'thinking' || last === 'redacted_thinking') wrong.push(`${at}: ends with thinking`);
    } else {
      let words = false;
      for (const block of message.content) {
        if (block.type !== 'tool_result') {
          words = true;
          if (!isAccepted(block)) wrong.push(`${at}: ${block.type} not accepted`);
          continue;
        }
        if (words) wrong.push(`${at}: a result after other content`);
        if (!open.includes(block.tool_use_id)) wrong.push(`${at}: result without call`);
        open = open.filter((id) => id !== block.tool_use_id);
        if (typeof block.content === 'string') continue;
        if (!block.content.every(isAccepted)) wrong.push(`${at}: content of a result not accepted`);
        if (block.is_error === true && block.content.some(({ type }) => type !== 'text'))
          wrong.push(`${at}: an error that is not text`);
      }
      if (open.length > 0) wrong.push(`${at}: no result for ${open.join()}`);
      open = [];
    }
  }
  return wrong;
}

function isAccepted(block: ToolResultContent): boolean {
  if (block.type === 'text') return block.text.trim() !== '';
  if (block.source.type === 'url') return block.source.url.startsWith('http');
  if (!/^(image\/(jpeg|png|gif|webp)|application\/pdf)$/.test(block.source.media_type)) return false;
  return block.source.data.length > 0 && block.source.data.length <= 5_242_880;
}
