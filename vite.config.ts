import tailwindcss from '@tailwindcss/vite';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const slim = (name: string) => here(`./src/web/core/markdown/slim/${name}.ts`);

/** The page. `react` means Preact here: taking these aliases out builds the same page with React itself. */
export default defineConfig({
  root: here('./src/web'),
  plugins: [tailwindcss()],
  // The same page whoever builds it: the test runner's NODE_ENV must not make a debugging build of it.
  oxc: { jsx: { development: false, importSource: 'react' } },
  define: { 'process.env.NODE_ENV': '"production"' },
  resolve: {
    alias: [
      { find: /^react$/, replacement: 'preact/compat' },
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react\/jsx-runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react\/jsx-dev-runtime$/, replacement: 'preact/jsx-dev-runtime' },
      // What the Markdown parser brings along is larger than itself: the browser knows most of it already.
      { find: /^entities$/, replacement: slim('entities') },
      { find: /^linkify-it$/, replacement: slim('linkify-it') },
      { find: /^punycode\.js$/, replacement: slim('punycode') },
      { find: /^uc\.micro$/, replacement: slim('uc-micro') },
    ],
  },
  build: {
    outDir: here('./dist/web'),
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // A preload helper would be needed for older browsers only.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
