import { ToolFailure } from '#agent/tool.ts';
import type { WorkspaceProblem } from '#files/workspace-problem.ts';
import type { Result } from '#lib/result.ts';

/** The value, or the problem as a failure of the tool: its words are fit for the model. */
export function orFail<Value>(result: Result<Value, WorkspaceProblem>): Value {
  if (!result.ok) throw new ToolFailure(result.problem.message);
  return result.value;
}
