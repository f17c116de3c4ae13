/** What a script can tell apart. Listed in `edgewise --help`; never renumbered. */
export const exitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  notSignedIn: 3,
  unreachable: 4,
  notFound: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Ends the command with a message for the person at the terminal, who should know from it what to do next. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.exitCode = code;
  }
}
