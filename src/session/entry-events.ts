import { closingEvents, thinkingEvent } from '#agent/run-step.ts';
import { resultText } from '#agent/run-tool-calls.ts';
import type { AssistantStep, ToolResultsStep } from '#agent/step.ts';
import { redactJson } from '#lib/redact/redact-json.ts';
import { redact } from '#lib/redact/redact.ts';
import type { StreamEvent } from '#protocol/server-event.ts';
import { failureText, type ApprovalEntry, type Entry, type SummaryEntry } from '#session/entry.ts';

/** How far an event moves the stream: text by its length, so that a client may come back to the middle of it. */
export const width = (event: StreamEvent): number => (event.type === 'text_delta' ? event.text.length : 1);

/**
 * The events that an entry stands for, redacted, as they were (or will be) shown. Contract: their widths add up to
 * what the live stream advanced by, because a redacted whole equals the redacted pieces joined.
 */
export function entryEvents(entry: Entry, sessionId: string): StreamEvent[] {
  const { body } = entry;
  switch (body.kind) {
    case 'prompt':
      return promptEvents(entry, sessionId);
    case 'assistant':
      if (body.parent !== undefined) return subagentEvents(body).map(redactEvent);
      return [...shownEvents(body), ...(body.cancelled ? [] : closingEvents(body).map(redactEvent))];
    case 'tool_results':
      return resultEvents(body).map(redactEvent);
    case 'failure':
      return [
        ...body.thoughts.map((thought) => redactEvent(thinkingEvent(thought))),
        ...textEvents(body.shown),
        redactEvent({ type: 'assistant_text', text: failureText(body) }),
      ];
    case 'approval_request':
      return [redactEvent(approvalEvent(body))];
    case 'reply':
    case 'note':
    case 'compact_request':
    case 'subagent_summary':
      return [];
    case 'summary':
      return [{ type: 'compact_started' }, compactedEvent(body, sessionId)];
    case 'compact_failure':
      return [redactEvent({ type: 'error', error: body.text })];
    case 'resumed':
      return [{ type: 'turn_resumed' }];
    case 'end':
      return [body.done ?? { type: 'cancelled' }];
  }
}

export const compactedEvent = ({ text }: SummaryEntry, sessionId: string): StreamEvent =>
  redactEvent({ type: 'compact_completed', session_id: sessionId, summary: text });

/** Of a subagent only the calls and their results are shown: its words are for the agent. */
export const subagentEvents = (step: AssistantStep | ToolResultsStep): StreamEvent[] =>
  step.kind === 'tool_results'
    ? resultEvents(step)
    : closingEvents(step).flatMap((event) =>
        event.type === 'tool_use' ? [{ ...event, ...parentOf(step) }] : [],
      );

const resultEvents = (step: ToolResultsStep): StreamEvent[] =>
  step.results.map((result) => ({
    type: 'tool_result',
    tool_use_id: result.tool_use_id,
    content: resultText(result),
    is_error: result.is_error ?? false,
    ...parentOf(step),
  }));

const parentOf = ({ parent }: { readonly parent?: string | undefined }) =>
  parent === undefined ? {} : { parent_tool_use_id: parent };

export const approvalEvent = ({ tool_use_id, tool, input }: ApprovalEntry): StreamEvent => ({
  type: 'approval_request',
  approval_id: tool_use_id,
  tool,
  input,
});

export function promptEvents(entry: Entry, sessionId: string): StreamEvent[] {
  if (entry.body.kind !== 'prompt') return [];
  return [
    { type: 'session_id', session_id: sessionId },
    redactEvent({ type: 'user_message', content: entry.body.content, message_id: promptId(entry) }),
  ];
}

/** The id by which clients know a prompt: the one they gave it, else its place in the transcript. */
export const promptId = (entry: Entry): string => entry.messageId ?? `${entry.seq}.0`;

export const redactEvent = (event: StreamEvent): StreamEvent => redactJson(event);

function textEvents(shown: string): StreamEvent[] {
  const text = redact(shown);
  return text === '' ? [] : [{ type: 'text_delta', text }];
}

/** What the deltas and thinking blocks of a message showed, each run of text as one delta. */
function shownEvents(step: AssistantStep): StreamEvent[] {
  const events: StreamEvent[] = [];
  const texts: string[] = [];
  const flush = () => {
    events.push(...textEvents(texts.splice(0).join('\n\n')));
  };
  for (const block of step.content) {
    if (block.type === 'thinking') {
      flush();
      events.push(redactEvent(thinkingEvent(block)));
    } else if (block.type === 'text' && step.shown === undefined && block.text.trim() !== '') {
      texts.push(block.text);
    }
  }
  if (step.shown !== undefined) texts.push(step.shown);
  flush();
  return events;
}
