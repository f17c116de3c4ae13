/** Stands in for the package of that name, which the parser constructs but, with `linkify: false`, never asks. */
export function LinkifyIt(): void {}
