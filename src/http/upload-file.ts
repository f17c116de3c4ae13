import { z } from '@hono/zod-openapi';
import { formBoundary, readMultipart } from '#files/multipart.ts';
import { receiveUpload, type UploadDeps, type UploadFields, type UploadProblem } from '#files/upload.ts';
import { assertNever } from '#lib/assert-never.ts';
import { fail, succeed } from '#lib/result.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { validationError, type ValidationDetail } from '#http/validation-error.ts';
import { noMoreFiles, uploadLimits, type FileUpload } from '#protocol/file.ts';
import { SessionId } from '#protocol/session.ts';

/** The fields of an upload form beside the file. */
const UploadForm = z.object({ cwd_id: SessionId.optional(), session_id: SessionId.optional() });

type Refusal =
  | { readonly reason: 'unknown_session'; readonly sessionId: string }
  | { readonly reason: 'invalid_fields'; readonly error: z.core.$ZodError; readonly sent: UploadFields }
  | { readonly reason: 'no_room'; readonly message: string };

export interface Uploader {
  readonly env: Env;
  readonly username: string;
}

const sessionFull = `Session files exceed the maximum total size of ${uploadLimits.sessionBytes} bytes`;

/** Takes a form with one file, as it streams in, and makes the file one of the session's. */
export async function uploadFile(request: Request, { env, username }: Uploader): Promise<Response> {
  const boundary = formBoundary(request.headers.get('content-type'));
  if (boundary === null || request.body === null) return missingFile();

  const bytes = untilBroken(request.body);
  const received = await receiveUpload(readMultipart(bytes, boundary), uploadDeps(env, username));
  // A client that is still sending when the answer comes takes it for a broken connection
  for await (const _ of bytes);
  if (!received.ok) return refuse(received.problem);

  const { fields, fileName, source } = received.value;
  const { cwd_id, session_id } = UploadForm.parse(fields);
  const stub = sessionStub(env, username, cwd_id ?? session_id ?? '');
  const stored = await stub.commitUpload({ originalName: fileName, source });
  if (!stored.ok) return answer({ error: stored.problem });
  const sentId = fields.session_id ?? fields.cwd_id ?? '';
  return answer({ ...stored.value, file: { ...stored.value.file, session_id: sentId } });
}

/** A client that goes away is nobody's bug: to the form it is the same as an early end. */
async function* untilBroken(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    return;
  }
}

function uploadDeps(env: Env, username: string): UploadDeps<Refusal> {
  return {
    bucket: env.FILES,
    waiting: { prefix: `uploads/${username}`, maxBytes: uploadLimits.fileBytes },
    async place(fields) {
      const ids = UploadForm.safeParse(fields);
      if (!ids.success) return fail({ reason: 'invalid_fields', error: ids.error, sent: fields });
      const id = ids.data.cwd_id ?? ids.data.session_id;
      if (id === undefined) return noRoom('Either session_id or cwd_id is required');

      // A workspace may be filled before its session has begun; a session that is named has to exist
      const mustBeKnown = ids.data.cwd_id === undefined;
      const room = await sessionStub(env, username, id).uploadRoom({ mustBeKnown });
      if (room === null) return fail({ reason: 'unknown_session', sessionId: fields.session_id ?? id });
      if (room.files === 0) return noRoom(noMoreFiles);
      if (room.bytes === 0) return noRoom(sessionFull);
      return succeed({
        prefix: `users/${username}/files/${id}`,
        maxBytes: Math.min(uploadLimits.fileBytes, room.bytes),
      });
    },
  };
}

const noRoom = (message: string) => fail({ reason: 'no_room' as const, message });

function refuse(problem: UploadProblem<Refusal>): Response {
  switch (problem.reason) {
    case 'too_large':
      return answer({
        error:
          problem.maxBytes < uploadLimits.fileBytes
            ? sessionFull
            : `File size exceeds maximum allowed size of ${uploadLimits.fileBytes} bytes`,
      });
    case 'no_file':
      return missingFile();
    case 'two_files':
      return invalid({ type: 'too_many_files', loc: ['body', 'file'], msg: 'Send one file in a request' });
    case 'malformed':
      return invalid({
        type: 'form_invalid',
        loc: ['body'],
        msg: `The form cannot be read: ${problem.message}`,
      });
    case 'refused':
      return refuseFields(problem.refusal);
    default:
      return assertNever(problem);
  }
}

function refuseFields(refusal: Refusal): Response {
  switch (refusal.reason) {
    case 'unknown_session':
      return Response.json(sessionNotFound(refusal.sessionId), { status: 404 });
    case 'invalid_fields':
      return Response.json(validationError('form', refusal.error, refusal.sent), { status: 422 });
    case 'no_room':
      return answer({ error: refusal.message });
    default:
      return assertNever(refusal);
  }
}

const missingFile = () => invalid({ type: 'missing', loc: ['body', 'file'], msg: 'Field required' });

const invalid = (detail: ValidationDetail) => Response.json({ detail: [detail] }, { status: 422 });

/** Success and refusal have one shape, and both are a 200. */
function answer(
  result: { error: string } | Pick<FileUpload, 'file' | 'total_files' | 'total_size_bytes'>,
): Response {
  const upload: FileUpload =
    'error' in result
      ? { success: false, file: null, error: result.error, total_files: 0, total_size_bytes: 0 }
      : { success: true, error: null, ...result };
  return Response.json(upload);
}

export const sessionStub = (env: Env, username: string, sessionId: string) =>
  env.CHAT_SESSION.getByName(`${username}/${sessionId}`);
