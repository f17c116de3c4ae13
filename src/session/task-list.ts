import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import {
  noTask,
  TaskStatus,
  Todo,
  type NewTask,
  type Task,
  type TaskBoard,
  type TaskChange,
} from '#tools/task-board.ts';

const MAX_TASKS = 500;

const storedJson = <Shape>(schema: z.ZodType<Shape>) =>
  z
    .string()
    .transform((json): unknown => JSON.parse(json))
    .pipe(schema);

const TaskRow = z.object({
  id: z.string(),
  call_id: z.string(),
  subject: z.string(),
  description: z.string(),
  active_form: z.string().nullable(),
  status: TaskStatus,
  owner: z.string().nullable(),
  blocked_by: storedJson(z.array(z.string())),
});
type TaskRow = z.infer<typeof TaskRow>;

const StoredTodos = storedJson(z.array(Todo));

interface TaskListDeps {
  readonly sql: SqlStorage;
  readonly clock: Clock;
}

/** A session's tasks and its checklist, in rows of their own. */
export class TaskList implements TaskBoard {
  readonly #sql: SqlStorage;
  readonly #clock: Clock;

  constructor({ sql, clock }: TaskListDeps) {
    this.#sql = sql;
    this.#clock = clock;
  }

  create({ callId, ...task }: NewTask): Result<Task, string> {
    const rows = this.#rows();
    // A turn that was interrupted makes its last calls again. The words are compared too, since not every provider
    // gives each call an id of its own.
    const made = rows.find(
      (row) => row.call_id === callId && row.subject === task.subject && row.description === task.description,
    );
    if (made !== undefined) return succeed(toTask(made, rows));
    if (rows.filter(isLive).length >= MAX_TASKS) {
      return fail(
        `The list holds at most ${MAX_TASKS} tasks. Delete some that are completed: TaskUpdate with status deleted.`,
      );
    }
    const ids = new Set(rows.map(({ id }) => id));
    let free = rows.length + 1;
    while (ids.has(String(free))) free += 1;
    const id = task.id ?? String(free);
    if (ids.has(id))
      return fail(`The id ${id} is taken. Leave taskId out, or give another: ${free} is free.`);
    const now = this.#clock.now();
    this.#sql.exec(
      `INSERT INTO task (id, number, call_id, subject, description, active_form, status, owner, blocked_by,
                         created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, '[]', ?, ?)`,
      id,
      rows.length + 1,
      callId,
      task.subject,
      task.description,
      task.activeForm,
      task.owner,
      now,
      now,
    );
    return succeed({ ...task, id, status: 'pending', blocks: [], blockedBy: [] });
  }

  update(id: string, { addBlocks, addBlockedBy, ...fields }: TaskChange): Result<Task, string> {
    const rows = this.#rows().filter(isLive);
    const blockers = new Map(rows.map((row) => [row.id, new Set(row.blocked_by)]));
    const unknown = [id, ...addBlocks, ...addBlockedBy].find((other) => !blockers.has(other));
    if (unknown !== undefined) return fail(noTask(unknown));
    const pairs = [
      ...addBlockedBy.map((blocker) => [blocker, id] as const),
      ...addBlocks.map((blocked) => [id, blocked] as const),
    ];
    for (const [blocker, blocked] of pairs) {
      if (waitsFor(blocker, blocked, blockers)) {
        return fail(`Task ${blocker} cannot block task ${blocked}: they would wait for each other for ever.`);
      }
      blockers.get(blocked)?.add(blocker);
    }
    const changed = rows.map((row) => ({
      ...row,
      ...(row.id === id
        ? {
            status: fields.status ?? row.status,
            subject: fields.subject ?? row.subject,
            description: fields.description ?? row.description,
            active_form: fields.activeForm ?? row.active_form,
            owner: fields.owner === undefined ? row.owner : fields.owner || null,
          }
        : {}),
      blocked_by: [...(blockers.get(row.id) ?? [])],
    }));
    const touched = new Set([id, ...addBlocks]);
    for (const row of changed.filter((one) => touched.has(one.id))) this.#store(row);
    const [task] = changed.filter((row) => row.id === id);
    return task === undefined ? fail(noTask(id)) : succeed(toTask(task, changed));
  }

  get(id: string): Task | undefined {
    return this.list().find((task) => task.id === id);
  }

  list(): readonly Task[] {
    const rows = this.#rows();
    return rows.filter(isLive).map((row) => toTask(row, rows));
  }

  replaceTodos(todos: readonly Todo[]): readonly Todo[] {
    const [row] = this.#sql.exec('SELECT todos FROM todo_list').toArray();
    this.#sql.exec('INSERT OR REPLACE INTO todo_list (id, todos) VALUES (1, ?)', JSON.stringify(todos));
    return row === undefined ? [] : StoredTodos.parse(row['todos']);
  }

  #rows(): TaskRow[] {
    return this.#sql
      .exec('SELECT * FROM task ORDER BY number')
      .toArray()
      .map((row) => TaskRow.parse(row));
  }

  #store(row: TaskRow): void {
    this.#sql.exec(
      `UPDATE task SET subject = ?, description = ?, active_form = ?, status = ?, owner = ?, blocked_by = ?,
                       updated_at = ? WHERE id = ?`,
      row.subject,
      row.description,
      row.active_form,
      row.status,
      row.owner,
      JSON.stringify(row.blocked_by),
      this.#clock.now(),
      row.id,
    );
  }
}

const isLive = ({ status }: Pick<TaskRow, 'status'>): boolean => status !== 'deleted';

function toTask(row: TaskRow, rows: readonly TaskRow[]): Task {
  const live = rows.filter(isLive);
  const ids = new Set(live.map(({ id }) => id));
  return {
    id: row.id,
    subject: row.subject,
    description: row.description,
    activeForm: row.active_form,
    status: row.status,
    owner: row.owner,
    blocks: live.flatMap(({ id, blocked_by }) => (blocked_by.includes(row.id) ? id : [])),
    blockedBy: row.blocked_by.filter((id) => ids.has(id)),
  };
}

/** Whether a task is another one, or waits for it, be it over others. */
function waitsFor(
  id: string,
  other: string,
  blockers: ReadonlyMap<string, ReadonlySet<string>>,
  seen = new Set<string>(),
): boolean {
  if (id === other) return true;
  if (seen.has(id)) return false;
  seen.add(id);
  return [...(blockers.get(id) ?? [])].some((next) => waitsFor(next, other, blockers, seen));
}
