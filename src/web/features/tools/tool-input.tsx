import type { ReactNode } from 'react';
import { viewTool } from '#web/core/tool-view.ts';
import { words } from '#web/core/words.ts';
import { LongText } from '#web/features/tools/long-text.tsx';

/** What the agent asked a tool to do. Everything in it is text, whatever it looks like. `open`: long text is not cut. */
export function ToolInput({
  name,
  input,
  open = false,
}: {
  name: string;
  input: Readonly<Record<string, unknown>>;
  open?: boolean;
}) {
  const view = viewTool(name, input);
  switch (view.kind) {
    case 'command':
      return (
        <div className="grid gap-1.5">
          {view.about !== null && <p className="text-soft">{view.about}</p>}
          <LongText text={`$ ${view.command}`} label={words.tools.input} open={open} />
          {view.timeout !== null && <p className="text-xs text-soft">{words.tools.timeout(view.timeout)}</p>}
        </div>
      );
    case 'read':
      return (
        <Facts>
          <Fact name={words.tools.path}>{view.path}</Fact>
          {(view.offset !== null || view.limit !== null) && (
            <Fact name="">{words.tools.range(view.offset, view.limit)}</Fact>
          )}
        </Facts>
      );
    case 'write':
      return (
        <div className="grid gap-2">
          <Facts>
            <Fact name={words.tools.path}>{view.path}</Fact>
          </Facts>
          <LongText text={view.content} label={words.tools.input} open={open} />
        </div>
      );
    case 'edit':
      return (
        <div className="grid gap-2">
          <Facts>
            <Fact name={words.tools.path}>{view.path}</Fact>
          </Facts>
          {view.all && <p className="text-xs text-soft">{words.tools.replaceAll}</p>}
          <LongText text={view.before} label={words.tools.removed} tone="removed" open={open} />
          <LongText text={view.after} label={words.tools.added} tone="added" open={open} />
        </div>
      );
    case 'search':
      return (
        <Facts>
          <Fact name={words.tools.pattern}>{view.pattern}</Fact>
          {view.path !== null && <Fact name={words.tools.path}>{view.path}</Fact>}
          {view.glob !== null && <Fact name={words.tools.glob}>{view.glob}</Fact>}
        </Facts>
      );
    case 'fetch':
      return (
        <Facts>
          <Fact name={words.tools.address}>{view.url}</Fact>
          {view.question !== null && <p className="text-soft">{view.question}</p>}
        </Facts>
      );
    case 'task':
      return (
        <div className="grid gap-2">
          <Facts>
            <Fact name={words.tools.subagent}>{view.subagent}</Fact>
          </Facts>
          {view.background && <p className="text-xs text-soft">{words.tools.background}</p>}
          <LongText text={view.prompt} label={words.tools.input} open={open} />
        </div>
      );
    case 'facts':
      return (
        <Facts>
          {view.facts.map(([fact, value]) => (
            <Fact key={fact} name={words.tools.facts[fact]}>
              {value}
            </Fact>
          ))}
        </Facts>
      );
    case 'todos':
      return (
        <ul className="grid gap-1">
          {view.todos.map(({ content, status }, index) => (
            <li key={index} className={`flex gap-2 ${status === 'in_progress' ? 'font-medium' : ''}`}>
              <span aria-hidden="true" className="w-4 shrink-0 text-center text-accent">
                {MARKS[status]}
              </span>
              <span className="min-w-0 wrap-anywhere">{content}</span>
              <span className="sr-only">{words.tools.statuses[status]}</span>
            </li>
          ))}
        </ul>
      );
    case 'json':
      if (Object.keys(input).length === 0) return null;
      return <LongText text={view.json} label={words.tools.input} open={open} />;
  }
}

const MARKS = { pending: '○', in_progress: '●', completed: '✓', deleted: '✕' } as const;

const Facts = ({ children }: { children: ReactNode }) => <div className="grid gap-1">{children}</div>;

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <p className="flex items-baseline gap-3">
    {name !== '' && <span className="text-soft">{name}</span>}
    <span className="min-w-0 font-mono text-[0.8125rem] leading-[1.9] wrap-anywhere">{children}</span>
  </p>
);
