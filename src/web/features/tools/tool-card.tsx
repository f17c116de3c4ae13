import { useId, useState } from 'react';
import { readMcpToolName, toolTitle } from '#protocol/mcp-tool-name.ts';
import type { ToolItem } from '#web/core/thread.ts';
import { summarizeTool } from '#web/core/tool-view.ts';
import { words } from '#web/core/words.ts';
import { ToolInput } from '#web/features/tools/tool-input.tsx';
import { ToolOutput } from '#web/features/tools/tool-output.tsx';
import { Icon, type IconName } from '#web/ui/icon.tsx';
import { Spinner } from '#web/ui/spinner.tsx';

const ICONS: Readonly<Record<string, IconName>> = {
  Bash: 'terminal',
  Read: 'file',
  Write: 'pen',
  Edit: 'pen',
  Grep: 'search',
  Glob: 'search',
  NotebookEdit: 'pen',
  send_file_to_chat: 'file',
  WebFetch: 'globe',
  WebSearch: 'globe',
  Skill: 'book',
  Task: 'people',
  TaskOutput: 'people',
  TaskStop: 'people',
  KillShell: 'people',
  TaskCreate: 'list',
  TaskGet: 'list',
  TaskUpdate: 'list',
  TaskList: 'list',
  TodoWrite: 'list',
};

/**
 * One line for a call; opened by hand, or by itself when the call failed. While a subagent works, the line tells what
 * it does; its calls stand inside.
 */
export function ToolCard({ item, inside }: { item: ToolItem; inside: readonly ToolItem[] }) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? item.state === 'failed';
  const id = useId();
  const title = toolTitle(item.name);
  const icon = readMcpToolName(item.name) === null ? ICONS[item.name] : 'plug';
  const busy = inside.findLast(({ state }) => state === 'running');
  return (
    <div
      role="group"
      aria-label={title}
      className={`mt-2.5 overflow-hidden rounded-xl border bg-card ${item.state === 'failed' ? 'border-bad' : 'border-line'}`}
    >
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setChosen(!open)}
        className="flex min-h-10 w-full items-center gap-2.5 px-3.5 py-2 text-left text-sm hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Icon name={icon ?? 'tool'} size={16} className="text-accent" />
        <span className="min-w-0 font-medium wrap-anywhere">{title}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-xs text-soft">
          {summarizeTool(item.name, item.input)}
          {busy !== undefined && ` · ${toolTitle(busy.name)} ${summarizeTool(busy.name, busy.input)}`}
        </span>
        <State state={item.state} />
        <Icon
          name="chevron"
          size={14}
          className={`text-soft transition-transform ${open ? 'rotate-90' : ''}`}
        />
      </button>
      <div
        id={id}
        hidden={!open}
        className="grid grid-cols-[minmax(0,1fr)] gap-3 border-t border-line px-3.5 py-3 text-sm"
      >
        {open && (
          <>
            <ToolInput name={item.name} input={item.input} />
            {inside.length > 0 && (
              <section aria-label={words.tools.inside(inside.length)} className="border-l-2 border-line pl-3">
                <p className="text-xs font-medium text-soft">{words.tools.inside(inside.length)}</p>
                {inside.map((call) => (
                  <ToolCard key={call.key} item={call} inside={[]} />
                ))}
              </section>
            )}
            <ToolOutput state={item.state} output={item.output} />
          </>
        )}
      </div>
    </div>
  );
}

const tones = { failed: 'text-bad', waiting: 'text-accent', interrupted: 'text-soft' } as const;

function State({ state }: { state: ToolItem['state'] }) {
  if (state === 'running')
    return (
      <span className="flex items-center gap-1.5 text-xs text-soft">
        <Spinner size={14} /> {words.tools.running}
      </span>
    );
  if (state === 'done')
    return (
      <span className="text-good" title={words.tools.done}>
        <Icon name="check" size={15} />
        <span className="sr-only">{words.tools.done}</span>
      </span>
    );
  return <span className={`text-xs font-medium ${tones[state]}`}>{words.tools[state]}</span>;
}
