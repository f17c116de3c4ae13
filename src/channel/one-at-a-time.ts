/**
 * Runs `act`, never twice at once. Contract: what was asked for while it ran is done after it; whatever it throws goes
 * to `onError`.
 */
export function oneAtATime(act: () => Promise<void>, onError: (error: unknown) => void): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async () => {
    // So that it may be asked for within a transaction
    await Promise.resolve();
    do {
      again = false;
      await act().catch(onError);
    } while (again);
    running = undefined;
  };
  return () => {
    if (running === undefined) running = run();
    else again = true;
    return running;
  };
}
