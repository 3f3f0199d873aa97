import type { IpcMessage, Timeline } from '../../timeline/events.ts';
import {
  ascending,
  busyPidsIn,
  fieldsOf,
  jobsNamed,
  listedPidsIn,
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

  /** Compared with the process table before and after it, where both looks showed the same: the last of each name. */
  namesTheLiving: (): Claim => ({
    text: 'the status names the workers that live, and no others',
    judge(timeline) {
      const looks = eventsOf(timeline, 'fact').filter(({ name }) => name.startsWith('look at '));
      const lastOfEach = looks.filter(
        ({ name }, index) =>
          !name.startsWith('look at before ') && !looks.slice(index + 1).some((later) => later.name === name),
      );
      for (const after of lastOfEach) {
        const before = looks[looks.indexOf(after) - 1];
        const children = childrenOf(after.value);
        if (before === undefined || String(childrenOf(before.value)) !== String(children)) continue;
        const between = messagesOf(timeline, 'status').find(
          ({ atMs }) => atMs > before.atMs && atMs < after.atMs,
        );
        if (between === undefined) continue;
        const known = [...readyPids(timeline), ...replacementPids(timeline)];
        const living = children.filter((pid) => known.includes(pid));
        // One that stands by is a worker from its announcement on; before it, either way is true.
        const standingBy = replacementPids(timeline, { afterMs: between.atMs });
        const workers = ascending(living.filter((pid) => !standingBy.includes(pid)));
        const named = ascending(listedPidsIn(fieldsOf(between.message, 'status') ?? {}));
        const isTrue =
          workers.every((pid) => named.includes(pid)) && named.every((pid) => living.includes(pid));
        if (isTrue && new Set(named).size === named.length) continue;
        return broken(`the workers ${workers.join(', ')}`, `the workers ${named.join(', ')}`, {
          evidence: [timeline.events.indexOf(between), timeline.events.indexOf(after)],
          onTimeAlone: true,
        });
      }
      const stopped = whatStoppedThePlay(timeline);
      return stopped === undefined ? holds : moot(stopped);
    },
  }),

  /**
   * Who is busy while jobs of these groups are held is who their results name. A status that counts fewer or more than
   * are open was given in the moment between two of them, and says nothing.
   */
  namesTheBusyOnes: (...names: readonly string[]): Claim => ({
    text: 'the workers that the status shows as busy are those that do the jobs',
    judge(timeline) {
      const sent = names.flatMap((name) => jobsNamed(timeline, name));
      for (const event of messagesOf(timeline, 'status')) {
        const open = sent.filter(
          (job) => job.sent.atMs < event.atMs && job.results[0] && job.results[0].atMs > event.atMs,
        );
        const status = fieldsOf(event.message, 'status') ?? {};
        const busy = busyPidsIn(status);
        if (busy.length + Number(status.queued) !== open.length) continue;
        const workers = open.map(({ results }) => Number(fieldsOf(results[0]?.message, 'result')?.worker));
        if (busy.every((pid) => workers.includes(pid))) continue;
        return broken(
          `worker ${workers.join(', ')} as busy, as the results say`,
          `worker ${busy.join(', ')}`,
          {
            evidence: [
              timeline.events.indexOf(event),
              ...open.map(({ results }) => timeline.events.indexOf(results[0] as IpcMessage)),
            ],
          },
        );
      }
      const unanswered = names.find((name) => {
        const group = jobsNamed(timeline, name);
        return group.length === 0 || group.some(({ results }) => results.length === 0);
      });
      if (unanswered === undefined) return holds;
      return moot(whatStoppedThePlay(timeline) ?? `not every job "${unanswered}" was done`);
    },
  }),
};

const childrenOf = (look: unknown): number[] => (look as { children: number[] }).children;

const lastOf = (timeline: Timeline): number[] =>
  messagesOf(timeline, 'status')
    .slice(-1)
    .map((event) => timeline.events.indexOf(event));
