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

// A chunk of an earlier deployment is gone: load the page anew, but not again and again. Where the server cannot be
// reached either, the page that is there is all that one has.
window.addEventListener('vite:preloadError', () => {
  const last = Number(sessionStorage.getItem('edgewise.reloaded') ?? 0);
  if (Date.now() - last < 60_000) return;
  const reload = ({ ok }: Response) => {
    if (!ok) return;
    sessionStorage.setItem('edgewise.reloaded', String(Date.now()));
    window.location.reload();
  };
  fetch('/health', { cache: 'no-store' }).then(reload, () => {});
});

void loadMarkdown();
