import { createRoot } from 'react-dom/client';
import { App } from '#web/app.tsx';
import { loadMarkdown } from '#web/features/chat/markdown-module.ts';
import { createPage, PageContext } from '#web/page.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no #page');

const page = createPage();
page.start();
root.replaceChildren();
createRoot(root).render(
  <PageContext.Provider value={page}>
    <App />
  </PageContext.Provider>,
);

// A chunk of an earlier deployment is gone: load the page anew, but not again and again.
window.addEventListener('vite:preloadError', () => {
  const last = Number(sessionStorage.getItem('edgewise.reloaded') ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem('edgewise.reloaded', String(Date.now()));
  window.location.reload();
});

void loadMarkdown();
