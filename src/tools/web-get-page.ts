import { ToolFailure, type ToolOutput } from '#agent/tool.ts';
import { resolveOverHttps, type Fetch, type Resolve } from '#lib/web-resolve.ts';
import { timed } from '#lib/connections.ts';
import { withDeadline } from '#lib/deadline.ts';
import { contentType } from '#tools/file-content.ts';
import type { PageKind } from '#tools/web-content.ts';
import { checkAddress, openAddress, PageMissed } from '#tools/web-open.ts';
import { readPage, type PageLimits, type PageText } from '#tools/web-page.ts';
import { tameText, webPageBlock, withPdf } from '#tools/web-page-block.ts';

/** The network and how much of it is taken, as arguments. */
export interface WebDeps {
  readonly fetch: Fetch;
  /** Looks names up with the `fetch` that it is given. */
  readonly resolveBy: (fetch: Fetch) => Resolve;
  readonly limits: PageLimits & {
    /** Of a page that came with an error status. */
    readonly errorCharacters: number;
    /** For everything together: names, redirects, the page; not for waiting until they are asked. */
    readonly milliseconds: number;
  };
}

const mebibyte = 1024 * 1024;

export const liveWebDeps = (fetch: Fetch): WebDeps => ({
  fetch,
  resolveBy: resolveOverHttps,
  limits: {
    bytes: 5 * mebibyte,
    // With what stands around it, below the 100,000 at which a turn cuts a result, fence and all
    characters: 95_000,
    errorCharacters: 2_000,
    milliseconds: 20_000,
  },
});

export interface OwnPage {
  readonly output: ToolOutput | PageMissed;
  /** The address, if somebody else may get the page from there. It is public, and was checked. */
  readonly missed?: URL;
}

/** Gets a page from here. Throws a `ToolFailure` where nobody else has to try either. */
export async function getPage(
  { address, prompt }: { readonly address: string; readonly prompt: string | undefined },
  { fetch: send, resolveBy, limits }: WebDeps,
  signal: AbortSignal,
): Promise<OwnPage> {
  let asked: URL | undefined;
  return withDeadline(limits.milliseconds, signal, async (deadline): Promise<OwnPage> => {
    const fetch = timed(send, deadline);
    const resolve = resolveBy(fetch);
    try {
      asked = await checkAddress(address, { resolve }, deadline.signal);
      const { response, url } = await openAddress(asked, { fetch, resolve }, deadline.signal);
      const { status } = response;
      const characters = status < 400 ? limits.characters : limits.errorCharacters;
      const page = await readPage(response, url, { bytes: limits.bytes, characters });
      const refusal = refusals[page.kind];
      if (status < 400 && refusal !== undefined) throw new ToolFailure(refusal);
      if (status < 400 && page.kind === 'pdf') return { output: pdfOf(page, url) };
      const output = webPageBlock({
        url,
        status,
        title: page.title,
        text: tameText(page.text, characters),
        notes: notesOn(page, { status, prompt, limits: { bytes: limits.bytes, characters } }),
      });
      return { output, ...(isMissed(page, status) && { missed: asked }) };
    } catch (error) {
      const failure = deadline.isOver() ? tooSlow(limits.milliseconds) : error;
      if (!(failure instanceof PageMissed)) throw failure;
      return { output: failure, ...(asked !== undefined && { missed: asked }) };
    }
  });
}

const tooSlow = (milliseconds: number) =>
  new PageMissed(
    `The page did not come within ${milliseconds / 1_000} seconds. Try once more, or another source.`,
  );

/** By these a site says that it does not want us, or not now. What is not there, is there for nobody. */
const turnsAway = (status: number): boolean => [401, 403, 406, 429, 451].includes(status) || status >= 500;

function isMissed({ kind, text, isTooLarge, isCut }: PageText, status: number): boolean {
  if (status >= 400) return turnsAway(status);
  return (kind === 'html' && text === '') || (isTooLarge && !isCut);
}

const byHand = 'Ask the user to download it and upload it here; then Read shows it.';

/** What is not text, and what to do about it. */
const refusals: Readonly<Partial<Record<PageKind, string>>> = {
  image: `That is an image, and only pages and text are fetched. ${byHand}`,
  binary:
    'That is neither a page nor text. Look for a page that says the same, or ask the user to upload the file.',
};

/** It is handed on as it is, so that a model that reads PDFs sees its pages too. */
function pdfOf({ pdf }: PageText, url: URL): ToolOutput {
  if (pdf === undefined) throw new PageMissed(`That PDF is too large to be fetched. ${byHand}`);
  // Only the header says that it is one; the provider of the model would refuse it
  if (contentType(pdf) !== 'application/pdf')
    throw new ToolFailure('That is no PDF, though its server says so. Look for another source.');
  return withPdf({ url, status: 200, title: '', notes: [] }, Buffer.from(pdf).toString('base64'));
}

interface NoteParts {
  readonly status: number;
  readonly prompt: string | undefined;
  readonly limits: PageLimits;
}

function notesOn(
  { text, isCut, isTooLarge }: PageText,
  { status, prompt, limits }: NoteParts,
): readonly string[] {
  return [
    status < 400
      ? ''
      : `The server answered with the error status ${status}: this is not the page that was asked for.`,
    text === '' && status < 400 ? 'The page has no text. It may need a browser that runs its scripts.' : '',
    isCut ? cutNote(limits.characters) : '',
    isTooLarge
      ? `Cut: the page is larger than ${limits.bytes / mebibyte} MB, and only its beginning was read.`
      : '',
    wantedNote(prompt),
  ];
}

export const cutNote = (characters: number): string =>
  `Cut: only the first ${characters} characters are shown.`;

export const wantedNote = (prompt: string | undefined): string =>
  prompt === undefined ? '' : `You wanted to know: ${prompt}`;
