import type { Timeline } from '../../timeline/events.ts';
import {
  busyPidsIn,
  type Fields,
  fieldsOf,
  jobsNamed,
  messagesOf,
  readyPids,
  replacementPids,
} from '../../timeline/jobs.ts';
import { eventsOf, missedMilestone } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';

/** Claims that a coordinator's `status` says what is so. */
export const status = {
  /** The scenario waits until one shows what must be so by then. */
  showsTheWork: (): Claim => ({
    text: 'the status is answered, and shows how many workers are busy and how many jobs wait',
    judge(timeline) {
      const missed = missedMilestone(timeline);
      if (missed?.milestone === 'shows its work' || missed?.milestone === 'sends message "status"') {
        return broken('a status with the jobs that are held and those that wait', missed.text, {
          evidence: lastOf(timeline),
          onTimeAlone: missed.onTime,
        });
      }
      const stopped = whatStoppedThePlay(timeline);
      return stopped === undefined ? holds : moot(stopped);
    },
  }),

  /** Compared with the process table before and after it, where both looks showed the same. */
  namesTheLiving: (): Claim => ({
    text: 'the status names the workers that live, and no others',
    judge(timeline) {
      const looks = eventsOf(timeline, 'fact').filter(({ name }) => name.startsWith('look at '));
      for (const after of looks.filter(({ name }) => !name.startsWith('look at before '))) {
        const before = looks[looks.indexOf(after) - 1];
        const children = childrenOf(after.value);
        if (before === undefined || String(childrenOf(before.value)) !== String(children)) continue;
        const between = messagesOf(timeline, 'status').find(
          ({ atMs }) => atMs > before.atMs && atMs < after.atMs,
        );
        const known = [...readyPids(timeline), ...replacementPids(timeline)];
        const workers = children.filter((pid) => known.includes(pid));
        const named = pidsIn(fieldsOf(between?.message, 'status') ?? {});
        if (between === undefined || String(sorted(named)) === String(sorted(workers))) continue;
        return broken(
          `the workers ${sorted(workers).join(', ')}`,
          `the workers ${sorted(named).join(', ')}`,
          {
            evidence: [timeline.events.indexOf(between), timeline.events.indexOf(after)],
          },
        );
      }
      const stopped = whatStoppedThePlay(timeline);
      return stopped === undefined ? holds : moot(stopped);
    },
  }),

  /** The one that is busy while a single job is held is the one that its result names. */
  namesTheBusyOne: (name: string): Claim => ({
    text: 'the worker that the status shows as busy is the one that does the job',
    judge(timeline) {
      const [job] = jobsNamed(timeline, name);
      const [result] = job?.results ?? [];
      if (job === undefined || result === undefined)
        return moot(whatStoppedThePlay(timeline) ?? 'the job was not done');
      const during = messagesOf(timeline, 'status').filter(
        ({ atMs }) => atMs > job.sent.atMs && atMs < result.atMs,
      );
      const worker = fieldsOf(result.message, 'result')?.worker;
      for (const event of during) {
        const [busy] = busyPidsIn(fieldsOf(event.message, 'status') ?? {});
        if (busy === undefined || busy === worker) continue;
        return broken(`worker ${worker} as busy, which does the job`, `worker ${busy}`, {
          evidence: [timeline.events.indexOf(event), timeline.events.indexOf(result)],
        });
      }
      return holds;
    },
  }),
};

const childrenOf = (look: unknown): number[] => (look as { children: number[] }).children;

const pidsIn = ({ workers }: Fields): number[] =>
  Array.isArray(workers) ? workers.map((worker: Fields | null) => Number(worker?.pid)) : [];

const sorted = (pids: readonly number[]): number[] => [...pids].sort((a, b) => a - b);

const lastOf = (timeline: Timeline): number[] =>
  messagesOf(timeline, 'status')
    .slice(-1)
    .map((event) => timeline.events.indexOf(event));
