import type { SnapshotFile } from '../../stage/heap-snapshots.ts';
import type { Fact, Timeline } from '../../timeline/events.ts';
import { eventsOf, missedMilestone } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';

const looks = (timeline: Timeline): Fact[] =>
  eventsOf(timeline, 'fact').filter(({ name }) => name === 'snapshots');

const wholeIn = (look: Fact): SnapshotFile[] =>
  (look.value as readonly SnapshotFile[]).filter(({ isWhole }) => isWhole);

/** Claims about the heap snapshots that were in the folder when it was looked at. */
export const heapSnapshots = {
  isWritten: (): Claim => ({
    text: 'a heap snapshot is written that opens as one',
    judge: (timeline) => judgeLook(timeline, looks(timeline)[0]),
  }),

  /** Of two looks, the second at what is new since the first. */
  isWrittenAgain: (): Claim => ({
    text: 'a later signal has another snapshot written',
    judge: (timeline) => judgeLook(timeline, looks(timeline)[1]),
  }),

  isTheOnlyOne: (): Claim => ({
    text: 'the signals that came while it was being written cause no other',
    judge(timeline) {
      const look = looks(timeline).at(-1);
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

function judgeLook(timeline: Timeline, look: Fact | undefined): Judgement {
  if (look === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked for one');
  if (wholeIn(look).length > 0) return holds;
  const files = (look.value as readonly SnapshotFile[]).map(({ name, bytes }) => `${name} (${bytes} bytes)`);
  return broken(
    'a file with all nodes, edges and strings of the heap',
    files.join(', ') || 'no file that is new',
    {
      evidence: [timeline.events.indexOf(look)],
      onTimeAlone: missedMilestone(timeline)?.onTime === true,
    },
  );
}
