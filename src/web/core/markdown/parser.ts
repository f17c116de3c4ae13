import MarkdownIt from 'markdown-it';

/** What a reply's Markdown becomes: elements and text, never HTML source. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'element';
      readonly tag: Tag;
      readonly children: readonly Node[];
      /** Where an ordered list starts. */
      readonly start?: number;
      readonly align?: 'left' | 'center' | 'right';
    }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Node[] }
  | { readonly kind: 'image'; readonly src: string; readonly alt: string }
  | { readonly kind: 'code'; readonly text: string; readonly language: string }
  | { readonly kind: 'checkbox'; readonly checked: boolean };

const TAGS = [
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'li',
  'blockquote',
  'hr',
  'br',
  'em',
  'strong',
  's',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'inline-code',
] as const;
type Tag = (typeof TAGS)[number];
const isTag = (name: string): name is Tag => TAGS.some((tag) => tag === name);

export interface ParsedBlock {
  /** First line and the line after the last, counted from the start of the parsed text. */
  readonly lines: readonly [number, number];
  readonly node: Node;
}

export type Env = { references?: Record<string, { title: string; href: string }> };

const LIVE_LINK = /^(?:https?:\/\/|mailto:|tel:|\/(?!\/)|[?#])/i;
const BARE_ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;

// HTML in a reply is shown as text; addresses are made links below, without a word list of top-level domains.
const markdown = new MarkdownIt('default', { html: false, linkify: false, breaks: false });
markdown.validateLink = (address) => LIVE_LINK.test(address.trim());

type Token = ReturnType<typeof markdown.parse>[number];

/** The top-level blocks of `source`. Link definitions go to `env`, and earlier ones are taken from it. */
export function parseBlocks(source: string, env: Env): ParsedBlock[] {
  const tokens = markdown.parse(source, env);
  const blocks: ParsedBlock[] = [];
  for (let index = 0; index < tokens.length;) {
    const end = closingIndex(tokens, index);
    const [node] = toNodes(tokens.slice(index, end + 1));
    const lines = tokens[index]?.map;
    if (node !== undefined && lines !== null && lines !== undefined) blocks.push({ lines, node });
    index = end + 1;
  }
  return blocks;
}

function closingIndex(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index += 1) {
    depth += tokens[index]?.nesting ?? 0;
    if (depth === 0) return index;
  }
  return tokens.length - 1;
}

function toNodes(tokens: readonly Token[]): Node[] {
  const nodes: Node[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.nesting === 1) {
      const end = closingIndex(tokens, index);
      nodes.push(...toElement(token, toNodes(tokens.slice(index + 1, end))));
      index = end;
    } else nodes.push(...toLeaf(token));
  }
  return joinText(nodes);
}

function toElement(token: Token, children: readonly Node[]): readonly Node[] {
  if (token.type === 'link_open') {
    return [{ kind: 'link', href: attribute(token, 'href') ?? '', children: children.map(plainLink) }];
  }
  // In a tight list the text stands in the item itself.
  if (token.hidden) return children;
  if (!isTag(token.tag)) return children;
  const start = token.tag === 'ol' ? Number(attribute(token, 'start') ?? 1) : 1;
  const align = /text-align:\s*(left|center|right)/.exec(attribute(token, 'style') ?? '')?.[1];
  return [
    {
      kind: 'element',
      tag: token.tag,
      children: token.tag === 'li' ? withCheckbox(children) : children,
      ...(start === 1 ? {} : { start }),
      ...(align === 'left' || align === 'center' || align === 'right' ? { align } : {}),
    },
  ];
}

function toLeaf(token: Token): readonly Node[] {
  switch (token.type) {
    case 'inline':
      return toNodes(token.children ?? []);
    case 'text':
    case 'text_special':
      return token.content === '' ? [] : linkAddresses(token.content);
    case 'softbreak':
      return [{ kind: 'text', text: '\n' }];
    case 'hardbreak':
      return [element('br')];
    case 'hr':
      return [element('hr')];
    case 'code_inline':
      return [element('inline-code', [{ kind: 'text', text: token.content }])];
    case 'fence':
    case 'code_block':
      return [
        { kind: 'code', text: token.content, language: /^[\w+#.-]+/.exec(token.info.trim())?.[0] ?? '' },
      ];
    case 'image':
      return [{ kind: 'image', src: attribute(token, 'src') ?? '', alt: token.content }];
    default:
      return [{ kind: 'text', text: token.content }];
  }
}

const element = (tag: Tag, children: readonly Node[] = []): Node => ({ kind: 'element', tag, children });

const attribute = (token: Token, name: string): string | null => token.attrGet(name)?.toString() ?? null;

/** `https://…` in running text becomes a link; punctuation that ends the sentence stays outside. */
function linkAddresses(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(BARE_ADDRESS)) {
    const address = trimAddress(match[0]);
    if (match.index > from) nodes.push({ kind: 'text', text: text.slice(from, match.index) });
    nodes.push({ kind: 'link', href: address, children: [{ kind: 'text', text: address }] });
    from = match.index + address.length;
  }
  if (from < text.length) nodes.push({ kind: 'text', text: text.slice(from) });
  return nodes;
}

function trimAddress(address: string): string {
  const trimmed = address.replace(/[.,;:!?*_~]+$/, '');
  const unbalanced = trimmed.endsWith(')') && trimmed.split('(').length < trimmed.split(')').length;
  return unbalanced ? trimAddress(trimmed.slice(0, -1)) : trimmed;
}

/** Inside a link no second one may stand. */
const plainLink = (node: Node): Node =>
  node.kind === 'link' ? { kind: 'text', text: node.children.map(nodeText).join('') } : node;

const nodeText = (node: Node): string => {
  switch (node.kind) {
    case 'text':
    case 'code':
      return node.text;
    case 'image':
      return node.alt;
    case 'checkbox':
      return '';
    case 'element':
    case 'link':
      return node.children.map(nodeText).join('');
  }
};

function joinText(nodes: readonly Node[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + node.text };
    else joined.push(node);
  }
  return joined;
}

/** `[x] done` at the start of a list item. */
function withCheckbox(children: readonly Node[]): readonly Node[] {
  const [first, ...rest] = children;
  if (first?.kind === 'element' && first.tag === 'p')
    return [{ ...first, children: withCheckbox(first.children) }, ...rest];
  const mark = first?.kind === 'text' ? /^\[([ xX])\] (?=\S)/.exec(first.text) : null;
  if (first?.kind !== 'text' || mark === null) return children;
  return [
    { kind: 'checkbox', checked: mark[1] !== ' ' },
    { kind: 'text', text: first.text.slice(mark[0].length) },
    ...rest,
  ];
}
