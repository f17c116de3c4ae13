import type { ModeSwitch } from '#tools/plan-mode.ts';

/** For tests of tools that have nothing to do with permissions. */
export const noModes: ModeSwitch = { get: () => 'bypassPermissions', setPlanning: () => {} };
