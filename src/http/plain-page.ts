import { html } from 'hono/html';

interface PlainPage {
  readonly text: string;
  readonly link?: { readonly href: string; readonly text: string };
}

/** A page of a few words without script, for people who come from elsewhere. */
export const plainPage = (title: string, { text, link }: PlainPage) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="content-security-policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <title>${title} · Edgewise</title>
        <style>
          :root {
            color-scheme: light dark;
            font:
              1rem/1.5 system-ui,
              sans-serif;
          }
          main {
            max-width: 32rem;
            margin: 15vh auto;
            padding: 0 1.5rem;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${text}</p>
          ${link === undefined ? '' : html`<p><a rel="noreferrer" href="${link.href}">${link.text}</a></p>`}
        </main>
      </body>
    </html>`;
