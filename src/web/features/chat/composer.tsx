import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { isAsked } from '#web/core/thread.ts';
import { words } from '#web/core/words.ts';
import { AgentSwitch } from '#web/features/chat/agent-switch.tsx';
import { commandId, CommandList, commandListId } from '#web/features/chat/command-list.tsx';
import { PermissionSwitch } from '#web/features/chat/permission-switch.tsx';
import { QueuedMessages } from '#web/features/chat/queued-messages.tsx';
import { useCommandMenu } from '#web/features/chat/use-command-menu.ts';
import { AttachmentList } from '#web/features/files/attachment-list.tsx';
import type { Attachments } from '#web/features/files/use-attachments.ts';
import { usePage } from '#web/page.ts';
import { IconButton } from '#web/ui/button.tsx';
import { Icon } from '#web/ui/icon.tsx';
import { Spinner } from '#web/ui/spinner.tsx';
import { useStore } from '#web/ui/use-store.ts';

const touchOnly = window.matchMedia('(hover: none) and (pointer: coarse)');

export function Composer({ attachments }: { attachments: Attachments }) {
  const { chat } = usePage();
  const draft = useStore(chat.draft);
  const epoch = useStore(chat.epoch);
  const running = useStore(chat.state, (state) => state.thread.running);
  const stopping = useStore(chat.state, (state) => state.thread.stopping);
  const asked = useStore(chat.state, (state) => isAsked(state.thread));
  const gone = useStore(chat.state, (state) => state.history === 'missing');
  const started = useStore(chat.state, (state) => state.sessionId !== null);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const uploaded = attachments.list.some((one) => one.path !== null);
  const sendable = (draft.trim() !== '' || uploaded) && !attachments.busy && !gone;

  const menu = useCommandMenu(draft);

  // With the first picture of the conversation: later, the focus would be taken from whoever has moved on by then.
  useLayoutEffect(() => {
    if (!touchOnly.matches) field.current?.focus({ preventScroll: true });
  }, [epoch]);

  function send() {
    if (!sendable) return;
    chat.send({ text: draft.trim(), files: attachments.take() });
    chat.write('');
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // While an input method composes, Enter chooses a candidate; Safari tells only by the key code.
    if (event.isComposing || event.keyCode === 229) return;
    if (menu.onKeyDown(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !touchOnly.matches) {
      event.preventDefault();
      send();
    }
    if (event.key === 'Escape') chat.stop();
    if (event.key === 'Backspace' && draft === '') {
      const last = attachments.list.at(-1);
      if (last !== undefined) attachments.remove(last.id);
    }
  }

  return (
    <div className="shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-4">
      <div className="mx-auto max-w-3xl">
        <QueuedMessages />
        <CommandList menu={menu} />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
          className="rounded-[1.4rem] border border-line-strong/60 bg-card shadow-[0_4px_24px_var(--shadow)] transition-colors focus-within:border-accent"
        >
          <AttachmentList attachments={attachments} />
          <label htmlFor="composer" className="sr-only">
            {words.composer.label}
          </label>
          <textarea
            ref={field}
            id="composer"
            rows={1}
            dir="auto"
            aria-autocomplete="list"
            aria-controls={menu.matches.length > 0 ? commandListId : undefined}
            aria-activedescendant={menu.matches.length > 0 ? commandId(menu.chosen) : undefined}
            value={draft}
            placeholder={asked ? words.composer.waiting : words.composer.placeholder}
            title={asked ? words.composer.waiting : words.composer.hint}
            enterkeyhint={touchOnly.matches ? 'enter' : 'send'}
            onInput={(event) => chat.write(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              const files = Array.from(event.clipboardData?.files ?? []);
              if (files.length === 0) return;
              event.preventDefault();
              attachments.add(files);
            }}
            className="block field-sizing-content max-h-48 min-h-12 w-full resize-none bg-transparent px-4.5 pt-3.5 pb-1 text-base leading-relaxed outline-none"
          />
          <div className="flex items-center gap-1.5 p-2">
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                attachments.add(Array.from(event.currentTarget.files ?? []));
                event.currentTarget.value = '';
              }}
            />
            <IconButton icon="clip" label={words.composer.attach} onClick={() => picker.current?.click()} />
            {started && (
              <span className="contents sm:hidden">
                <AgentSwitch />
              </span>
            )}
            <PermissionSwitch />
            <span className="flex-1" />
            {running && (
              <button
                type="button"
                onClick={() => chat.stop()}
                disabled={stopping}
                className="inline-flex h-9 min-w-9 shrink-0 items-center justify-center gap-2 rounded-full border border-line bg-card text-sm font-medium hover:bg-hover sm:pr-4 sm:pl-3 pointer-coarse:h-11 pointer-coarse:min-w-11"
              >
                {stopping ? <Spinner /> : <Icon name="stop" size={16} className="text-accent" />}
                <span className="max-sm:sr-only">
                  {stopping ? words.composer.stopping : words.composer.stop}
                </span>
              </button>
            )}
            {(!running || draft.trim() !== '' || uploaded) && (
              <button
                type="submit"
                disabled={!sendable}
                aria-label={running ? words.composer.queue : words.composer.send}
                title={running ? words.composer.queue : words.composer.send}
                className="inline-grid size-9 shrink-0 place-items-center rounded-full bg-fill text-on-accent transition-colors hover:bg-fill-hover disabled:bg-hover disabled:text-soft pointer-coarse:size-11"
              >
                {attachments.busy ? <Spinner /> : <Icon name="send" size={18} />}
              </button>
            )}
          </div>
        </form>
      </div>
    </div>
  );
}
