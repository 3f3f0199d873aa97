import { limits } from '../../stage/limits.ts';
import { eventLines } from '../../timeline/event-line.ts';
import type { Timeline } from '../../timeline/events.ts';
import { eventsOf, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot } from '../claim.ts';

const kbPerMB = 1024;

/** How much the leak that was made under this name truly grew a minute, by what was sent and how long it took. */
export function trueGrowthMBPerMinute(timeline: Timeline, load: string): number {
  const shares = eventsOf(timeline, 'request').filter(({ name }) => name === load);
  const sentKB = shares.slice(1).reduce((sum, { path }) => sum + kilobytesOf(path), 0);
  const lastedMs = (shares.at(-1)?.atMs ?? 0) - (shares[0]?.atMs ?? 0);
  return lastedMs === 0 ? 0 : (sentKB / kbPerMB / lastedMs) * 60_000;
}

const kilobytesOf = (path: string): number =>
  Number(new URL(path, 'http://localhost').searchParams.get('kb'));

/** Claims about the line in which suspicion begins. */
export const leak = {
  isToldInFigures: (app = theApp): Claim => ({
    text: '"leak.suspected" carries growthMBPerMinute and heapUsedMB, both above zero',
    judge(timeline) {
      const line = eventLines(timeline, { event: 'leak.suspected', app })[0];
      if (line === undefined) return moot('no line "leak.suspected" was printed');
      const { growthMBPerMinute, heapUsedMB } = line.fields;
      // No program under test may hold so much, and bytes for megabytes are far beyond it.
      const heapIsTrue = isPositive(heapUsedMB) && Number(heapUsedMB) <= limits.residentMB;
      const wrong = [!isPositive(growthMBPerMinute) && 'growthMBPerMinute', !heapIsTrue && 'heapUsedMB'].find(
        (name) => name !== false,
      );
      if (wrong === undefined) return holds;
      return broken(
        `${wrong}: a number above zero, in MB`,
        `${wrong}: ${JSON.stringify(line.fields[wrong])}`,
        {
          evidence: [timeline.events.indexOf(line.line)],
        },
      );
    },
  }),
};

const isPositive = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;
