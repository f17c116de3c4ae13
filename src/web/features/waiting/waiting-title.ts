import { toolTitle } from '#protocol/mcp-tool-name.ts';
import type { Waiting } from '#web/core/waiting.ts';
import { words } from '#web/core/words.ts';

/** What a card is called, and what is said when it comes. */
export function waitingTitle(waiting: Waiting): string {
  switch (waiting.kind) {
    case 'question':
      return waiting.questions.length === 1 ? words.waiting.question : words.waiting.questions;
    case 'plan':
      return words.waiting.plan;
    case 'approval':
      return words.waiting.approval(toolTitle(waiting.tool));
  }
}
