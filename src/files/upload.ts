import { MalformedForm } from '#files/multipart-bytes.ts';
import { readText, type Part } from '#files/multipart.ts';
import { discardBytes, FileTooLarge, moveBytes, storeStream, type StoredBytes } from '#files/upload-store.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

/** The fields of an upload form that say where the file goes, as they were sent; an empty one counts as absent. */
export interface UploadFields {
  readonly cwd_id?: string;
  readonly session_id?: string;
}

/** Where a file may go. */
interface UploadPlace {
  /** Of its object in R2. */
  readonly prefix: string;
  readonly maxBytes: number;
}

export interface UploadDeps<Refusal> {
  readonly bucket: R2Bucket;
  /** Where to keep bytes that came before the fields. */
  readonly waiting: UploadPlace;
  /** Says where a file for these fields goes, or why it may not go there. */
  place(fields: UploadFields): Promise<Result<UploadPlace, Refusal>>;
}

export interface ReceivedUpload {
  readonly fields: UploadFields;
  readonly fileName: string;
  readonly source: StoredBytes;
}

export type UploadProblem<Refusal> =
  | { readonly reason: 'refused'; readonly refusal: Refusal }
  | { readonly reason: 'too_large'; readonly maxBytes: number }
  | { readonly reason: 'malformed'; readonly message: string }
  | { readonly reason: 'no_file' }
  | { readonly reason: 'two_files' };

const MAX_FIELD_BYTES = 1024;

/**
 * Takes one file and its fields out of a form, in whatever order they come. The file goes to where it belongs as it
 * arrives; when it comes before the fields, it waits elsewhere and is moved. Contract: unless the upload succeeds,
 * nothing of it stays behind.
 */
export async function receiveUpload<Refusal>(
  parts: AsyncIterable<Part>,
  deps: UploadDeps<Refusal>,
): Promise<Result<ReceivedUpload, UploadProblem<Refusal>>> {
  const { bucket } = deps;
  let fields: UploadFields = {};
  let place = deps.waiting;
  let file: { readonly name: string; source: StoredBytes } | undefined;
  let complete = false;
  try {
    for await (const { name, fileName, body } of parts) {
      if (name === 'cwd_id' || name === 'session_id') {
        fields = withField(fields, name, await readText(body, MAX_FIELD_BYTES));
      } else if (name === 'file' && fileName !== null && fileName !== '') {
        if (file !== undefined) return fail({ reason: 'two_files' });
        const found = hasPlace(fields) ? await deps.place(fields) : succeed(deps.waiting);
        if (!found.ok) return fail({ reason: 'refused', refusal: found.problem });
        place = found.value;
        file = { name: fileName, source: await storeStream(body, { bucket, ...place }) };
      }
    }
    if (file === undefined) return fail({ reason: 'no_file' });

    // Fields that came after the file may name another place, and a smaller one
    const found = await deps.place(fields);
    if (!found.ok) return fail({ reason: 'refused', refusal: found.problem });
    const { prefix, maxBytes } = found.value;
    if (sizeOf(file.source) > maxBytes) return fail({ reason: 'too_large', maxBytes });
    if (prefix !== place.prefix) file.source = await moveBytes(file.source, { bucket, prefix });
    complete = true;
    return succeed({ fields, fileName: file.name, source: file.source });
  } catch (error) {
    if (error instanceof MalformedForm) return fail({ reason: 'malformed', message: error.message });
    if (error instanceof FileTooLarge) return fail({ reason: 'too_large', maxBytes: place.maxBytes });
    throw error;
  } finally {
    if (!complete && file !== undefined) await discardBytes(file.source, bucket);
  }
}

const hasPlace = ({ cwd_id, session_id }: UploadFields) => (cwd_id ?? session_id) !== undefined;

const withField = (fields: UploadFields, name: keyof UploadFields, value: string): UploadFields =>
  value === '' ? fields : { ...fields, [name]: value };

const sizeOf = (source: StoredBytes) => (source.kind === 'r2' ? source.size : source.bytes.byteLength);
