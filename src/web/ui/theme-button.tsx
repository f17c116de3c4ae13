import { createStore } from '#web/core/store.ts';
import { words } from '#web/core/words.ts';
import { IconButton } from '#web/ui/button.tsx';
import { useStore } from '#web/ui/use-store.ts';

type Theme = 'system' | 'light' | 'dark';

const KEY = 'edgewise.theme';
const readTheme = (): Theme => {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
};

const theme = createStore<Theme>(readTheme());
theme.subscribe(() => {
  const chosen = theme.get();
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
});
// Another tab changed it.
window.addEventListener('storage', ({ key }) => {
  if (key === KEY) theme.set(readTheme());
});

function choose(next: Theme): void {
  if (next === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  theme.set(next);
}

const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const;
const ICON = { system: 'screen', light: 'sun', dark: 'moon' } as const;

export function ThemeButton() {
  const now = useStore(theme);
  return <IconButton icon={ICON[now]} label={words.header.theme[now]} onClick={() => choose(NEXT[now])} />;
}
