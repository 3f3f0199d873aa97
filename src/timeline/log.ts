import type { Timeline, TimelineEvent, Unstamped } from './events.ts';

type Listener = (event: TimelineEvent) => void;

/** Grows while a scenario is played; stamps each event with the time since the log was opened. */
export class TimelineLog {
  readonly events: TimelineEvent[] = [];
  readonly #openedAt = performance.now();
  readonly #listeners = new Set<Listener>();

  /** Milliseconds since the log was opened, on a clock that only goes forward. */
  nowMs(): number {
    return performance.now() - this.#openedAt;
  }

  /** Adds an event. `atMs` is for what happened before it could be written, such as a request's first byte. */
  add(event: Unstamped, atMs: number = this.nowMs()): TimelineEvent {
    const stamped = { ...event, atMs } as TimelineEvent;
    this.events.push(stamped);
    for (const listener of [...this.#listeners]) listener(stamped);
    return stamped;
  }

  /** Calls `listener` for each event from now on; returns the way to stop. */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Waits for the first event, from index `since` on, of which `match` makes something.
   * Resolves to undefined when `giveUp` says so; the caller decides what that means.
   */
  async first<T>(
    match: (event: TimelineEvent) => T | undefined,
    { giveUp, since = 0 }: { giveUp: Promise<unknown>; since?: number },
  ): Promise<T | undefined> {
    for (const event of this.events.slice(since)) {
      const found = match(event);
      if (found !== undefined) return found;
    }
    return await new Promise<T | undefined>((resolve, reject) => {
      const stop = this.onEvent((event) => {
        try {
          const found = match(event);
          if (found === undefined) return;
          resolve(found);
        } catch (error) {
          // A fault of whoever waits, and not of whoever has just added an event.
          reject(error);
        }
        stop();
      });
      giveUp.then(() => {
        stop();
        resolve(undefined);
      });
    });
  }

  /** The record of all that was seen. */
  timeline(soonMs: number): Timeline {
    return { soonMs, events: this.events };
  }
}
