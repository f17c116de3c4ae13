import { RE2JS } from 're2js';

/** No honest glob is longer. */
export const globLength = 1_000;

/**
 * Compiles a glob: `*` and `?` within a name, `**` over folders, `[a-z]`, `[!a]`, `{a,b}`, `\` before a character that
 * means itself. Contract: matching takes time linear in the path.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  const pattern = RE2JS.compile(`^(?:${translate(glob)})$`, RE2JS.DOTALL);
  return (path) => pattern.test(path);
}

function translate(glob: string): string {
  const hasBraces = areBracesBalanced(glob);
  let depth = 0;
  let source = '';
  for (let index = 0; index < glob.length;) {
    const rest = glob.slice(index);
    const startsName = index === 0 || /[/{,]/.test(glob.charAt(index - 1));
    const set = /^\[([!^]?)(\]?[^\]/]*)\]/.exec(rest);
    let length = 1;
    if (startsName && /^\*\*+\//.test(rest)) {
      source += '(?:[^/]+/)*';
      length = rest.indexOf('/') + 1;
    } else if (startsName && /^\*\*+(?=$|[,}])/.test(rest)) {
      source += '.*';
      length = /^\*+/.exec(rest)?.[0].length ?? 1;
    } else if (rest.startsWith('*')) {
      source += '[^/]*';
      length = /^\*+/.exec(rest)?.[0].length ?? 1;
    } else if (rest.startsWith('?')) {
      source += '[^/]';
    } else if (set) {
      const [whole, not = '', members = ''] = set;
      source += `[${not === '' ? '' : '^/'}${members.replaceAll(/[\\[\]^]/g, '\\$&')}]`;
      length = whole.length;
    } else if (hasBraces && rest.startsWith('{')) {
      source += '(?:';
      depth += 1;
    } else if (depth > 0 && rest.startsWith('}')) {
      source += ')';
      depth -= 1;
    } else if (depth > 0 && rest.startsWith(',')) {
      source += '|';
    } else if (rest.startsWith('\\') && rest.length > 1) {
      source += RE2JS.quote(rest.charAt(1));
      length = 2;
    } else {
      const [character = ''] = rest;
      source += RE2JS.quote(character);
      length = character.length;
    }
    index += length;
  }
  return source;
}

function areBracesBalanced(glob: string): boolean {
  let depth = 0;
  for (const character of glob.replaceAll(/\\./gs, '')) {
    if (character === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
  }
  return depth === 0;
}
