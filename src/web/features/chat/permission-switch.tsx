import type { PermissionMode } from '#protocol/server-event.ts';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { useStore } from '#web/ui/use-store.ts';

const MODES: readonly PermissionMode[] = ['default', 'acceptEdits', 'plan', 'bypassPermissions'];

/** Nothing until it is known what the agent itself may do. */
export function PermissionSwitch() {
  const { agents, chat } = usePage();
  const { agentId, permissionMode } = useStore(chat.state);
  const own = useStore(agents, (now) =>
    now.state === 'ready' ? now.list.find((one) => one.agent_id === agentId)?.permission_mode : undefined,
  );
  const present = permissionMode ?? own;
  if (present === undefined) return null;
  return (
    <select
      aria-label={words.header.permissions}
      title={words.header.permissions}
      value={present}
      onChange={({ currentTarget }) => {
        const mode = MODES.find((one) => one === currentTarget.value);
        if (mode !== undefined) chat.choosePermissionMode(mode);
      }}
      className="field-sizing-content h-8 min-w-0 truncate rounded-lg bg-transparent px-0.5 text-[0.8125rem] text-soft hover:bg-hover hover:text-ink sm:px-1.5 sm:text-sm pointer-coarse:h-11"
    >
      {MODES.map((mode) => (
        <option key={mode} value={mode} className="bg-card text-ink">
          {words.header.permissionModes[mode]}
        </option>
      ))}
    </select>
  );
}
