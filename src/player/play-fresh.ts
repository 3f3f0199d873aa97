import { type GradedProgram, playOnce } from '../grading/play.ts';
import type { Stimulus } from '../grading/words.ts';
import { OverTooSoon } from '../stage/milestone.ts';
import type { Theatre } from '../stage/stage.ts';
import type { Timeline, TimelineEvent } from '../timeline/events.ts';

export interface FreshPlay {
  readonly theatre: Theatre;
  readonly program: GradedProgram;
  readonly seed: number;
  /** By how much drawn spans are stretched, where two plays are to have the same. */
  readonly stretch?: number;
  /** Called for each event as it is seen. */
  readonly onEvent?: (event: TimelineEvent) => void;
  /** Called where the play begins anew, because something was over before it could be looked at. */
  readonly onAgain?: (reason: string) => void;
}

const attempts = 3;

/**
 * Gives a stimulus to a fresh process, and reads from all that was seen what is wanted of it. Begins anew where the
 * machine was too slow for the play, or for the reading, to say anything.
 */
export async function playFresh<T>(
  stimulus: Stimulus,
  { onAgain, ...options }: FreshPlay,
  read: (timeline: Timeline) => T,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return read(await playOnce(stimulus, { ...options, attempt }));
    } catch (error) {
      if (!(error instanceof OverTooSoon) || attempt === attempts - 1) throw error;
      onAgain?.(error.message);
    }
  }
}
