import { z } from 'zod';

/** The two folders of a workspace that people see: what they uploaded, and what was made for them. */
export const FileType = z.enum(['input', 'output']);
export type FileType = z.infer<typeof FileType>;

export const FileInfo = z.object({
  /** Names the file in every other route. In a folder below, with slashes. */
  safe_name: z.string(),
  /** As the uploader called it; the same as `safe_name` in lists. */
  original_name: z.string(),
  file_type: FileType,
  size_bytes: z.number().int(),
  content_type: z.string(),
  /** ISO 8601, UTC: of the last change. */
  created_at: z.string(),
  session_id: z.string(),
});
export type FileInfo = z.infer<typeof FileInfo>;

/** A refused upload is `success: false` with the reason in `error`, under status 200. */
export const FileUpload = z.object({
  success: z.boolean(),
  file: FileInfo.nullable(),
  error: z.string().nullable(),
  total_files: z.number().int(),
  total_size_bytes: z.number().int(),
});
export type FileUpload = z.infer<typeof FileUpload>;

export const FileList = z.object({
  session_id: z.string(),
  files: z.array(FileInfo),
  total_files: z.number().int(),
  total_size_bytes: z.number().int(),
});
export type FileList = z.infer<typeof FileList>;

export const FileDeleteRequest = z.object({ safe_name: z.string(), file_type: FileType });
export type FileDeleteRequest = z.infer<typeof FileDeleteRequest>;

export const FileDelete = z.object({
  success: z.boolean(),
  error: z.string().nullable(),
  remaining_files: z.number().int(),
});
export type FileDelete = z.infer<typeof FileDelete>;

/** Bytes, and a count, over `input/` and `output/` together. */
export const uploadLimits = {
  fileBytes: 50 * 1024 * 1024,
  sessionBytes: 500 * 1024 * 1024,
  sessionFiles: 100,
} as const;

export const noMoreFiles = `Session has reached the maximum of ${uploadLimits.sessionFiles} files`;
