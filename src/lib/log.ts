/** What a log line may carry beside its event name: identifiers, sizes, durations. Never content, never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>> & {
  /** A line has its own. */
  readonly event?: never;
  readonly level?: never;
};

/** An event name plus fields; a sentence with values in it cannot be searched for. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export const consoleLog: Log = {
  info: (event, fields) => console.log(JSON.stringify({ level: 'info', event, ...fields })),
  warn: (event, fields) => console.warn(JSON.stringify({ level: 'warn', event, ...fields })),
  error: (event, fields) => console.error(JSON.stringify({ level: 'error', event, ...fields })),
};
