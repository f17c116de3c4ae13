/** The marks that open a code block, such as three backticks; null between code blocks. */
export type Fence = string | null;

/** In which code block we are after this line. */
export function fenceAfter(line: string, fence: Fence): Fence {
  const marks = /^\s{0,3}(`{3,}|~{3,})(.*)$/.exec(line);
  const [, signs = '', rest = ''] = marks ?? [];
  if (fence === null) return signs === '' || (signs.startsWith('`') && rest.includes('`')) ? null : signs;
  return signs.startsWith(fence) && rest.trim() === '' ? null : fence;
}
