import { resultText } from '#agent/run-tool-calls.ts';
import type { AssistantStep } from '#agent/step.ts';
import { redactJson } from '#lib/redact/redact-json.ts';
import { redact } from '#lib/redact/redact.ts';
import type { HistoryRecord } from '#protocol/session.ts';
import { failureText, type Entry } from '#session/entry.ts';
import { promptId } from '#session/entry-events.ts';

type Draft = Pick<HistoryRecord, 'role' | 'content'> & Partial<HistoryRecord>;

/** The records an entry stands for, redacted, in the shape that history readers know. */
export function historyRecords(entry: Entry): HistoryRecord[] {
  return drafts(entry).map((draft, index) => ({
    role: draft.role,
    content: typeof draft.content === 'string' ? redact(draft.content) : redactJson(draft.content),
    timestamp: new Date(entry.at).toISOString(),
    message_id: draft.message_id ?? `${entry.seq}.${index}`,
    tool_name: draft.tool_name ?? null,
    tool_use_id: draft.tool_use_id ?? null,
    is_error: draft.is_error ?? null,
    metadata: redactJson(draft.metadata ?? {}),
  }));
}

function drafts(entry: Entry): Draft[] {
  const { body } = entry;
  switch (body.kind) {
    case 'prompt':
      return [{ role: 'user', content: body.content, message_id: promptId(entry) }];
    case 'assistant':
      return assistantDrafts(body);
    case 'tool_results':
      return body.results.map((result) => ({
        role: 'tool_result',
        content: resultText(result),
        tool_use_id: result.tool_use_id,
        is_error: result.is_error ?? false,
        metadata: parentOf(body),
      }));
    case 'failure':
      return [
        { role: 'assistant', content: failureText(body), metadata: { error: body.reason } },
        {
          role: 'system',
          content: body.reason,
          metadata: { event_type: 'assistant_error', error: body.reason },
        },
      ];
    case 'reply':
      // Readers of questions look here for the answers, before the tool's own words
      return body.reply.kind === 'answers'
        ? [
            {
              role: 'tool_result',
              content: JSON.stringify(body.reply.answers),
              tool_use_id: body.tool_use_id,
              is_error: false,
            },
          ]
        : [];
    case 'approval_request':
    case 'compact_request':
    case 'note':
    case 'resumed':
    case 'subagent_summary':
      return [];
    case 'summary':
      return [{ role: 'system', content: body.text, metadata: { event_type: 'summary', model: body.model } }];
    case 'compact_failure':
      return [{ role: 'system', content: body.text, metadata: { event_type: 'error' } }];
    case 'end':
      return body.done === null
        ? []
        : [
            {
              role: 'system',
              content: JSON.stringify(body.done),
              metadata: { event_type: 'result', ...body.done },
            },
          ];
  }
}

const parentOf = ({ parent }: { readonly parent?: string | undefined }) =>
  parent === undefined ? {} : { parent_tool_use_id: parent };

/** Text that a tool call follows carries the model's name; the text that ends a turn does not. */
function assistantDrafts(step: AssistantStep): Draft[] {
  const calls = step.content.some((block) => block.type === 'tool_use');
  const cut = step.cancelled ? { cancelled: true } : {};
  return step.content.flatMap((block): Draft[] => {
    // A subagent's words are for the agent: people read the answer, as the result of the call
    if (step.parent !== undefined && block.type !== 'tool_use') return [];
    switch (block.type) {
      case 'text':
        if (block.text.trim() === '') return [];
        return [
          {
            role: 'assistant',
            content: block.text,
            metadata: { ...(calls ? { model: step.model } : {}), ...cut },
          },
        ];
      case 'thinking':
        return [
          {
            role: 'assistant',
            content: block.thinking,
            metadata: { block_type: 'thinking', model: step.model },
          },
        ];
      case 'tool_use':
        return [
          {
            role: 'tool_use',
            content: JSON.stringify(block.input),
            tool_name: block.name,
            tool_use_id: block.id,
            metadata: { input: block.input, model: step.model, ...parentOf(step) },
          },
        ];
      case 'redacted_thinking':
        return [];
    }
  });
}
