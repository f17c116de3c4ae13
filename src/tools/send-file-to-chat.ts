import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import { contentTypeOf } from '#files/file-kind.ts';
import { normalizePath, root } from '#files/path.ts';
import type { Workspace } from '#files/workspace.ts';
import type { StandaloneFile } from '#protocol/standalone-file.ts';

const description = `Sends a file of the workspace to the user, into the chat that you talk in.

- file_path is a file under ${root}, whoever made it: Bash, Write, Edit, or the user. What lies in /tmp cannot be sent: copy it to ${root}/output first.
- In a messenger the file arrives as a message of its own. In a web chat or a terminal the result has a download_url, good for 24 hours: put it into your answer as a link.
- Call it when the file is finished. The same content is sent once in an answer, however often you ask.`;

const input = z.object({ file_path: z.string().describe('Path of the file') });

interface SendFileDeps {
  readonly workspace: Workspace;
  readonly sessionId: string;
  /** A link to a file, by its path in the workspace; null where none can be signed. */
  readonly linkTo: (path: string) => Promise<string | null>;
}

/** It only tells what is to be sent: who follows the turn from a messenger sends it, other clients show the link. */
export const sendFileTool = ({ workspace, sessionId, linkTo }: SendFileDeps) =>
  defineTool({
    name: 'send_file_to_chat',
    description,
    input,
    effects: 'reads',
    async run({ file_path }) {
      if (file_path.trim() === '') throw new ToolFailure('file_path is required.');
      const isFound = workspace.stat(file_path) !== undefined;
      const asked = isFound ? file_path : withoutPrefix(file_path, `${sessionId}/`);
      const normal = normalizePath(asked);
      if (!normal.ok) {
        throw new ToolFailure(
          normal.problem.code === 'EACCES'
            ? `Path traversal detected: '${file_path}' resolves outside allowed directory. Files are sent from ${root}: copy it to ${root}/output first.`
            : normal.problem.message,
        );
      }
      const entry = workspace.stat(asked);
      if (entry === undefined) throw new ToolFailure(`File not found: ${asked}`);
      if (entry.kind === 'directory') {
        throw new ToolFailure(`Path is not a file: ${asked}. To send a folder, pack it with tar in Bash.`);
      }
      const path = entry.path.slice(root.length + 1);
      const url = await linkTo(path);
      const mime_type = contentTypeOf(entry.name);
      const file = { filename: entry.name, mime_type, size_bytes: entry.size };
      const shown: StandaloneFile = {
        _standalone_file: { type: kindOf(mime_type), ...(url === null ? {} : { url }), ...file },
      };
      return JSON.stringify({
        action: 'deliver_file',
        file_path: path,
        ...file,
        ...(url === null ? {} : { download_url: url }),
        ...shown,
      });
    },
  });

const withoutPrefix = (path: string, prefix: string): string =>
  path.startsWith(prefix) ? path.slice(prefix.length) : path;

const kindOf = (mimeType: string): string => /^(audio|video|image)\//.exec(mimeType)?.[1] ?? 'file';
