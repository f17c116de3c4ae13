import type { CommandNode, ScriptNode, StatementNode } from 'just-bash';

/**
 * `< /dev/null`: reads an empty file, prints nothing, also not under `set -x`, and succeeds. What matters is that it goes
 * through the file system, where the shell pauses now and then.
 */
const pause = (): StatementNode => ({
  type: 'Statement',
  operators: [],
  background: false,
  pipelines: [
    {
      type: 'Pipeline',
      negated: false,
      commands: [
        {
          type: 'SimpleCommand',
          assignments: [],
          name: null,
          args: [],
          redirections: [
            {
              type: 'Redirection',
              fd: null,
              operator: '<',
              target: { type: 'Word', parts: [{ type: 'Literal', value: '/dev/null' }] },
            },
          ],
        },
      ],
    },
  ],
});

/** Puts a pause into every loop of a script, so that an endless one can be cancelled. Changes the script it is given. */
export function letLoopsPause(script: ScriptNode): ScriptNode {
  visitAll(script.statements);
  return script;
}

function visitAll(statements: readonly StatementNode[]): void {
  for (const { pipelines } of statements) {
    for (const { commands } of pipelines) commands.forEach(visit);
  }
}

function visit(command: CommandNode): void {
  switch (command.type) {
    case 'For':
    case 'CStyleFor':
      visitAll(command.body);
      command.body.unshift(pause());
      return;
    case 'While':
    case 'Until':
      visitAll(command.condition);
      visitAll(command.body);
      // Before the condition, where `$?` is not the body's yet and `set -e` does not look.
      command.condition.unshift(pause());
      return;
    case 'If':
      for (const { condition, body } of command.clauses) {
        visitAll(condition);
        visitAll(body);
      }
      visitAll(command.elseBody ?? []);
      return;
    case 'Case':
      for (const { body } of command.items) visitAll(body);
      return;
    case 'Subshell':
    case 'Group':
      visitAll(command.body);
      return;
    case 'FunctionDef':
      visit(command.body);
      return;
    case 'SimpleCommand':
    case 'ArithmeticCommand':
    case 'ConditionalCommand':
      return;
  }
}
