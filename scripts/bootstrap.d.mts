export const root: string;
export function whyInstall(folder: string): string | undefined;
export function runScript(script: string, args: readonly string[], cwd: string): void;
