import highlighter from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { highlightRanges } from '#web/core/highlight-ranges.ts';

const languages = { bash, css, diff, go, java, json, python, rust, sql, typescript, xml, yaml };
for (const [name, language] of Object.entries(languages)) highlighter.registerLanguage(name, language);
highlighter.registerAliases(['js', 'javascript', 'jsx', 'tsx', 'mjs'], { languageName: 'typescript' });
highlighter.registerAliases(['sh', 'shell', 'console', 'zsh'], { languageName: 'bash' });

/** Longer code stays plain: colouring it would hold up the page. */
const LONGEST = 60_000;

/** Colours `code`, the only text in `target`, without touching the document. The answer takes the colours away. */
export function colourCode(target: HTMLElement, code: string, language: string): () => void {
  const text = target.firstChild;
  const known = highlighter.getLanguage(language) !== undefined && code.length <= LONGEST;
  if (!(text instanceof Text) || text.data !== code || !known) return () => {};
  const { value } = highlighter.highlight(code, { language, ignoreIllegals: true });
  const added = highlightRanges(value, code).map(({ from, to, kind }) => {
    const range = new StaticRange({
      startContainer: text,
      startOffset: from,
      endContainer: text,
      endOffset: to,
    });
    const colour = `code-${kind}`;
    const painted = CSS.highlights.get(colour) ?? new Highlight();
    CSS.highlights.set(colour, painted);
    painted.add(range);
    return { painted, range };
  });
  return () => {
    for (const { painted, range } of added) painted.delete(range);
  };
}
