import { connectionsWords } from '#web/core/words/connections.ts';
import { conversationWords } from '#web/core/words/conversation.ts';
import { sidebarWords } from '#web/core/words/sidebar.ts';
import { toolWords } from '#web/core/words/tools.ts';

/** Every text of the page. Another language is another object of this type. */
const english = {
  product: 'Edgewise',
  signIn: {
    title: 'Sign in to Edgewise',
    lead: 'Talk to your agents.',
    username: 'Username',
    password: 'Password',
    show: 'Show password',
    hide: 'Hide password',
    submit: 'Sign in',
    busy: 'Signing in…',
    failed: 'That did not work. Check username and password.',
    unreachable: 'The server cannot be reached. Check your connection and try again.',
  },
  start: {
    morning: 'Good morning',
    afternoon: 'Good afternoon',
    evening: 'Good evening',
    greeting: (part: string, name: string) => (name === '' ? part : `${part}, ${name}`),
    lead: 'Choose who should help, and say what you need.',
    agents: 'Agents',
    standard: 'Default',
    agentsFailed: 'The list of agents could not be loaded.',
    empty: 'Ask away. The agent can read, write and run things in a workspace of its own.',
  },
  header: {
    openSidebar: 'Show sidebar',
    closeSidebar: 'Hide sidebar',
    newChat: 'New chat',
    agent: 'Agent',
    permissions: 'What the agent may do without asking',
    permissionModes: {
      default: 'Ask before changes',
      acceptEdits: 'Edit files without asking',
      plan: 'Plan first, change nothing',
      bypassPermissions: 'Do everything',
    },
    theme: { light: 'Theme: light', dark: 'Theme: dark', system: 'Theme: as the system' },
  },
  ...conversationWords,
  ...toolWords,
  ...sidebarWords,
  ...connectionsWords,
  retry: 'Try again',
  close: 'Close',
} as const;

export const words = english;
