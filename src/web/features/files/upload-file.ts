import { fail, succeed, type Result } from '#lib/result.ts';
import { uploadPath } from '#web/core/api.ts';
import { readJson } from '#web/core/shape.ts';
import { uploadAnswer, type StoredFile } from '#web/core/wire.ts';

/** The server's limit for one file. */
export const MAX_FILE_BYTES = 50 * 1024 * 1024;

/** The server's words where it gave some. */
type UploadProblem = { readonly reason: string | null };

export interface Upload {
  readonly result: Promise<Result<StoredFile, UploadProblem>>;
  abort(): void;
}

/**
 * Sends one file. `workspace` names the session it belongs to; `onProgress` hears the part that has gone out, 0 to 1;
 * `renew` is asked when the cookie has run out, after which the file is sent once more.
 */
export function uploadFile(options: {
  readonly file: File;
  readonly workspace: string;
  readonly onProgress: (part: number) => void;
  readonly renew: () => Promise<boolean>;
}): Upload {
  let current: XMLHttpRequest | null = null;

  // `fetch` does not tell how much of a body has gone out.
  const post = () =>
    new Promise<{ status: number; body: string }>((resolve) => {
      const request = new XMLHttpRequest();
      current = request;
      const body = new FormData();
      body.set('cwd_id', options.workspace);
      body.set('file', options.file, options.file.name);
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) options.onProgress(event.loaded / event.total);
      });
      request.addEventListener('loadend', () =>
        resolve({ status: request.status, body: request.responseText }),
      );
      request.open('POST', uploadPath);
      request.send(body);
    });

  async function run(): Promise<Result<StoredFile, UploadProblem>> {
    let answer = await post();
    if (answer.status === 401 && (await options.renew())) answer = await post();
    if (answer.status !== 200) return fail({ reason: null });
    // A refusal comes with status 200.
    const read = readJson(uploadAnswer, answer.body);
    if (!read.ok) return fail({ reason: null });
    const { success, file, error } = read.value;
    return success && file !== null ? succeed(file) : fail({ reason: error });
  }
  return { result: run(), abort: () => current?.abort() };
}
