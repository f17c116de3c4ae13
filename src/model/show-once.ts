/** Lets each word through once, although the model may be called again and say it again. */
export interface ShowOnce {
  /** The model starts its answer from the beginning. */
  restart(): void;
  /** What of this delta has not been shown; empty for none of it. */
  text(delta: string): string;
  /** Whether this thinking block is to be shown: the n-th of an answer is, when no answer before came so far. */
  thinking(): boolean;
}

export function showOnce(): ShowOnce {
  let shown = '';
  let position = 0;
  let diverged = false;
  let thinkingShown = 0;
  let thinkingSeen = 0;

  return {
    restart() {
      position = 0;
      diverged = false;
      thinkingSeen = 0;
    },
    text(delta) {
      if (diverged) return '';
      const repeated = Math.min(delta.length, shown.length - position);
      if (!shown.startsWith(delta.slice(0, repeated), position)) {
        diverged = true;
        return '';
      }
      const fresh = delta.slice(repeated);
      position += delta.length;
      shown += fresh;
      return fresh;
    },
    thinking() {
      thinkingSeen += 1;
      if (thinkingSeen <= thinkingShown) return false;
      thinkingShown = thinkingSeen;
      return true;
    },
  };
}
