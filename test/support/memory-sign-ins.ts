import type { SignIn, SignInStore, StartedSignIn } from '#mcp/sign-in.ts';

/** One user's sign-ins, in memory. */
export class MemorySignIns implements SignInStore {
  readonly signIns = new Map<string, SignIn>();
  readonly starts = new Map<string, StartedSignIn>();

  read(server: string): Promise<SignIn | undefined> {
    return Promise.resolve(structuredClone(this.signIns.get(server)));
  }

  write(server: string, signIn: SignIn): Promise<void> {
    this.signIns.set(server, structuredClone(signIn));
    return Promise.resolve();
  }

  forget(server: string, signIn?: SignIn): Promise<boolean> {
    const stored = this.signIns.get(server);
    if (signIn !== undefined && JSON.stringify(stored) !== JSON.stringify(signIn)) {
      return Promise.resolve(false);
    }
    return Promise.resolve(this.signIns.delete(server));
  }

  start(state: string, _server: string, started: StartedSignIn): Promise<void> {
    this.starts.set(state, started);
    return Promise.resolve();
  }
}
