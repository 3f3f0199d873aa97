import type { App } from './app.ts';
import { pause } from './pace.ts';

export interface PacedLoad {
  /** The requests' name in the timeline. */
  readonly as: string;
  readonly perSecond: number;
  readonly everyMs: number;
  /** All shares together; the load ends there. */
  readonly upTo?: number;
  /** The load's address, for a share of it. */
  path(share: number): string;
}

/**
 * Puts a program under a load that is paced by the time that has passed, so that a busy machine makes the shares
 * larger and not the load smaller. Goes on until the returned function is called, or the program is over.
 */
export function keepsUnderLoad(
  app: App,
  { as, perSecond, everyMs, path, upTo = Infinity }: PacedLoad,
): () => void {
  let isStopped = false;
  const begunAtMs = performance.now();
  let sent = 0;
  const run = async (): Promise<void> => {
    while (!isStopped && !app.isOver) {
      const due = Math.min(upTo, (perSecond * (performance.now() - begunAtMs)) / 1_000);
      const share = Math.floor(due - sent);
      if (share > 0) {
        sent += share;
        // Not waited for: a program that blocks its loop gets what is due to it all the same.
        app.post(path(share), { as });
      }
      await pause(everyMs);
    }
  };
  void run();
  return () => {
    isStopped = true;
  };
}
