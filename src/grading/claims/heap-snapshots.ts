import type { SnapshotFile } from '../../stage/heap-snapshots.ts';
import type { Fact, Timeline } from '../../timeline/events.ts';
import { eventsOf, missedMilestone } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';

const lastLook = (timeline: Timeline): Fact | undefined =>
  eventsOf(timeline, 'fact').findLast(({ name }) => name === 'snapshots');

const wholeIn = (look: Fact): SnapshotFile[] =>
  (look.value as readonly SnapshotFile[]).filter(({ isWhole }) => isWhole);

/** Claims about the heap snapshots that were in the folder when it was last looked at. */
export const heapSnapshots = {
  isWritten: (): Claim => ({
    text: 'a heap snapshot is written that opens as one',
    judge(timeline) {
      const look = lastLook(timeline);
      const missed = missedMilestone(timeline);
      if (look !== undefined && wholeIn(look).length > 0) return holds;
      if (look === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked for one');
      const files = (look.value as readonly SnapshotFile[]).map(
        ({ name, bytes }) => `${name} (${bytes} bytes)`,
      );
      return broken(
        'a file with all nodes, edges and strings of the heap',
        files.join(', ') || 'an empty folder',
        {
          evidence: [timeline.events.indexOf(look)],
          onTimeAlone: missed?.onTime === true,
        },
      );
    },
  }),

  isTheOnlyOne: (): Claim => ({
    text: 'the signals that came while it was being written cause no other',
    judge(timeline) {
      const look = lastLook(timeline);
      const whole = look === undefined ? [] : wholeIn(look);
      if (look === undefined || whole.length === 0)
        return moot(whatStoppedThePlay(timeline) ?? 'no whole snapshot was written');
      if (whole.length === 1) return holds;
      return broken('one snapshot', `${whole.length}: ${whole.map(({ name }) => name).join(', ')}`, {
        evidence: [timeline.events.indexOf(look)],
      });
    },
  }),
};
