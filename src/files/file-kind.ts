const types: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  eml: 'message/rfc822',
  mbox: 'application/mbox',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  // Recordings of the page's microphone have this ending, videos seldom do
  webm: 'audio/webm',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  flac: 'audio/flac',
  opus: 'audio/opus',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  avi: 'video/x-msvideo',
  mkv: 'video/x-matroska',
  py: 'text/x-python',
  js: 'text/javascript',
  ts: 'text/typescript',
  jsx: 'text/jsx',
  tsx: 'text/tsx',
  html: 'text/html',
  css: 'text/css',
  zip: 'application/zip',
  tar: 'application/x-tar',
  gz: 'application/gzip',
};

/** By the name alone: what a client said about the type of its upload is not believed. */
export function contentTypeOf(name: string): string {
  const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(types, extension) ? (types[extension] ?? unknownType) : unknownType;
}
const unknownType = 'application/octet-stream';

/** What a browser may show in place. Never a type that can carry script: an SVG is a document, not a picture. */
export function isShownInline(contentType: string): boolean {
  return /^(audio|video|image)\//.test(contentType) && contentType !== 'image/svg+xml';
}
