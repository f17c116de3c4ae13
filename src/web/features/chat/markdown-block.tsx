import { Fragment, memo, useState, type ReactNode } from 'react';
import type { Node } from '#web/core/markdown/parser.ts';
import type { Block } from '#web/core/markdown/stream.ts';
import { words } from '#web/core/words.ts';
import { CodeBlock } from '#web/features/chat/code-block.tsx';
import { Icon } from '#web/ui/icon.tsx';

/** A settled block is never drawn again: its object stays the same. */
export const MarkdownBlock = memo(function MarkdownBlock({
  block,
  growing,
}: {
  block: Block;
  growing: boolean;
}) {
  return <>{draw(block.node, growing)}</>;
});

const drawAll = (nodes: readonly Node[], growing: boolean): ReactNode =>
  nodes.map((node, index) => (
    <Fragment key={index}>{draw(node, growing && index === nodes.length - 1)}</Fragment>
  ));

function draw(node: Node, growing: boolean): ReactNode {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'code':
      return <CodeBlock code={node.text} language={node.language} growing={growing} />;
    case 'checkbox':
      return (
        <input
          type="checkbox"
          className="task-box mr-2 accent-fill"
          checked={node.checked}
          disabled
          aria-label={node.checked ? words.chat.taskDone : words.chat.taskOpen}
        />
      );
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer">
          {drawAll(node.children, growing)}
        </a>
      );
    case 'image':
      return <ReplyImage src={node.src} alt={node.alt} />;
    case 'element':
      return drawElement(node, growing);
  }
}

function drawElement(node: Extract<Node, { kind: 'element' }>, growing: boolean): ReactNode {
  const children = drawAll(node.children, growing);
  const cell = node.align === undefined ? undefined : `align-${node.align}-cell`;
  switch (node.tag) {
    // The page's own headings come first: a reply's are below them.
    case 'h1':
      return <h3 dir="auto">{children}</h3>;
    case 'h2':
      return <h4 dir="auto">{children}</h4>;
    case 'h3':
      return <h5 dir="auto">{children}</h5>;
    case 'h4':
    case 'h5':
    case 'h6':
      return <h6 dir="auto">{children}</h6>;
    case 'p':
      return <p dir="auto">{children}</p>;
    case 'ol':
      return (
        <ol dir="auto" start={node.start}>
          {children}
        </ol>
      );
    case 'table':
      return (
        <div role="group" aria-label={words.chat.table} tabIndex={0} className="overflow-x-auto">
          <table>{children}</table>
        </div>
      );
    case 'th':
      return <th className={cell}>{children}</th>;
    case 'td':
      return <td className={cell}>{children}</td>;
    case 'inline-code':
      return <code className="inline">{children}</code>;
    case 'br':
      return <br />;
    case 'hr':
      return <hr />;
    case 'ul':
    case 'li':
    case 'blockquote': {
      const Tag = node.tag;
      return <Tag dir="auto">{children}</Tag>;
    }
    case 'em':
    case 's':
    case 'strong':
    case 'thead':
    case 'tbody':
    case 'tr': {
      const Tag = node.tag;
      return <Tag>{children}</Tag>;
    }
  }
}

/**
 * An image from elsewhere is fetched only when asked for: its address could carry away what the conversation holds.
 */
function ReplyImage({ src, alt }: { src: string; alt: string }) {
  const host = foreignHost(src);
  const [wanted, setWanted] = useState(false);
  if (host !== null && !wanted)
    return (
      <button
        type="button"
        onClick={() => setWanted(true)}
        className="my-1 inline-flex items-center gap-2 rounded-lg border border-line bg-sunken px-3 py-1.5 text-sm text-soft hover:text-ink"
      >
        <Icon name="image" size={16} />
        <span>
          {words.chat.imageFrom(alt)} · {words.chat.showImage(host)}
        </span>
      </button>
    );
  return (
    <img
      src={src}
      alt={alt}
      loading="lazy"
      referrerPolicy="no-referrer"
      className="my-1 max-h-120 max-w-full rounded-xl"
    />
  );
}

function foreignHost(src: string): string | null {
  const address = URL.parse(src, window.location.href);
  return address === null || address.origin === window.location.origin ? null : address.host;
}
