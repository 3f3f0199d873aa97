import { OverTooSoon } from '../../stage/milestone.ts';
import {
  type Fields,
  fieldsOf,
  isRefusal,
  isRight,
  jobsNamed,
  readyPids,
  type SentJob,
  takesMs,
} from '../../timeline/jobs.ts';
import { endOf, missedMilestone, numericSetting, signalsToDescendants } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';
import { holdsIfSeen, judgeResults, lastResultOf } from './job-results.ts';

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

// Half as slow again as a quiet machine: there the answers of two workers have reached us a second apart.
const soonOnABusyMachineMs = 3_000;

/** Claims about the jobs of one group, which were sent under ids that begin with its name. */
export const jobs = (name: string) => {
  const claim = (
    text: string,
    expected: string,
    accepts: (job: SentJob, result: Fields) => boolean,
  ): Claim => ({
    text,
    judge: (timeline) => judgeResults(timeline, name, { expected, accepts }),
  });
  return {
    haveTheirResult: (): Claim =>
      claim(
        `each job "${name}" has one result, with what its task gives`,
        'one result, with what the task gives',
        isRight,
      ),

    areRefused: (): Claim =>
      claim(
        `each job "${name}" has one result, ok: false with a text`,
        'one result with ok: false and a text as error',
        (_, result) => isRefusal(result),
      ),

    /** For jobs that may be done or not: one result all the same. */
    areAnsweredOnce: (): Claim =>
      claim(
        `each job "${name}" has one result, done or not`,
        'one result, done or not',
        (job, result) => isRight(job, result) || isRefusal(result),
      ),

    /** For jobs that may be cut off: whether they are answered is left open, but not twice. */
    areAnsweredAtMostOnce: (): Claim => ({
      text: `no job "${name}" has two results`,
      judge(timeline) {
        const twice = jobsNamed(timeline, name).find(({ results }) => results.length > 1);
        if (twice === undefined) return holds;
        const seen = twice.results.map(({ message }) => JSON.stringify(message).slice(0, 150)).join(' and ');
        return broken(`at most one result for the job "${twice.id}"`, seen, {
          evidence: [twice.sent, ...twice.results].map((event) => timeline.events.indexOf(event)),
        });
      },
    }),

    /** The scenario sends one after the other until one is refused, or "soon" is over. */
    areRefusedFromSomeMomentOn: (): Claim => ({
      text: 'soon after the signal new jobs are refused',
      judge(timeline) {
        const missed = missedMilestone(timeline);
        if (missed?.milestone === 'refuses') {
          const evidence = jobsNamed(timeline, name)
            .slice(-1)
            .map(({ sent }) => timeline.events.indexOf(sent));
          return broken('a result with ok: false for a job that is sent after the signal', missed.text, {
            evidence,
            onTimeAlone: true,
          });
        }
        const stopped = whatStoppedThePlay(timeline);
        return stopped === undefined ? holds : moot(stopped);
      },
    }),

    areDoneByTheFirstWorkers: (): Claim => ({
      text: `each job "${name}" is done by the worker that held it, and by no other`,
      judge(timeline) {
        const first = readyPids(timeline);
        const wrong = jobsNamed(timeline, name)
          .flatMap(({ results }) => results)
          .find(({ message }) => !first.includes(fieldsOf(message, 'result')?.worker));
        if (wrong === undefined) return holdsIfSeen(timeline, name);
        return broken(
          `the result of one of the workers ${first.join(', ')}, which held the jobs`,
          JSON.stringify(wrong.message),
          {
            evidence: [timeline.events.indexOf(wrong)],
          },
        );
      },
    }),

    /** Strict: a worker that does one job at a time cannot be through with its second before both times have passed. */
    takeTurns: (): Claim => ({
      text: `no worker does two of the jobs "${name}" at a time`,
      judge(timeline) {
        const sent = jobsNamed(timeline, name);
        const workers = numericSetting(timeline, 'WORKERS') ?? 1;
        const times = sent.flatMap(({ results }) => results.map(({ atMs }) => atMs)).sort((a, b) => a - b);
        const early = times.findIndex((atMs, index) => {
          const turns = Math.floor(index / workers) + 1;
          return atMs < (sent[0]?.sent.atMs ?? 0) + turns * (takesMs(sent[0] as SentJob) - timerGrainMs);
        });
        if (early === -1) return holdsIfSeen(timeline, name);
        const afterMs = Math.round((times[early] as number) - (sent[0]?.sent.atMs ?? 0));
        const expected = `${workers} workers with one job each at a time, ${takesMs(sent[0] as SentJob)} ms a job`;
        return broken(expected, `${early + 1} of the jobs were done after ${afterMs} ms`);
      },
    }),

    /**
     * Twice the time of one is what two turns take; up to three times leaves room for the machine. Where that is too
     * little on a busy one, it is played again with jobs that last longer than any delay of ours.
     */
    runSideBySide: ({ turns }: { turns: number }): Claim => ({
      text: `the jobs "${name}" run side by side on all workers`,
      judge(timeline) {
        const sent = jobsNamed(timeline, name);
        const last = lastResultOf(sent);
        if (sent.some(({ results }) => results.length === 0) || last === undefined)
          return holdsIfSeen(timeline, name);
        const [first] = sent as [SentJob];
        const afterMs = Math.round(last.atMs - first.sent.atMs);
        if (afterMs < (turns + 1) * takesMs(first)) return holds;
        if (timeline.soonMs > soonOnABusyMachineMs && takesMs(first) < timeline.soonMs)
          throw new OverTooSoon(`The jobs "${name}" were too short for a machine that is this busy.`);
        const expected = `all ${sent.length} jobs of ${takesMs(first)} ms in ${turns} turns`;
        return broken(expected, `they took ${afterMs} ms`, {
          evidence: [timeline.events.indexOf(last)],
          onTimeAlone: true,
        });
      },
    }),

    /** Of a job whose worker was killed: the one that did it in the end is another. */
    nameNoKilledWorker: (): Claim => ({
      text: `the result of the job "${name}" names the worker that did it, not one that was killed before`,
      judge(timeline) {
        const kills = signalsToDescendants(timeline);
        const results = jobsNamed(timeline, name).flatMap((job) => job.results);
        for (const result of results) {
          const worker = fieldsOf(result.message, 'result')?.worker;
          const kill = kills.find(({ pid, atMs }) => pid === worker && atMs < result.atMs);
          if (kill === undefined) continue;
          return broken('the worker that did it', `it names ${kill.pid}, which was killed before`, {
            evidence: [timeline.events.indexOf(kill), timeline.events.indexOf(result)],
          });
        }
        return holdsIfSeen(timeline, name);
      },
    }),

    /** Strict: work that is begun again takes its whole time again. */
    areDoneAgain: (): Claim => ({
      text: `the job "${name}" of the killed worker is done again from its beginning`,
      judge(timeline) {
        const kill = signalsToDescendants(timeline)[0];
        const sent = jobsNamed(timeline, name);
        const last = lastResultOf(sent);
        if (kill === undefined || last === undefined) return holdsIfSeen(timeline, name);
        const needsMs = Math.min(...sent.map(takesMs));
        const afterMs = last.atMs - kill.atMs;
        if (afterMs >= needsMs - timerGrainMs) return holds;
        return broken(
          `the last result ${needsMs} ms after the kill or later, because the job has to be done again`,
          `it came ${Math.round(afterMs)} ms after it`,
          { evidence: [timeline.events.indexOf(kill), timeline.events.indexOf(last)] },
        );
      },
    }),

    /**
     * Where a job that lasts longer than the limit was done, it is played again with a limit that is longer than a
     * "soon": then the scenario's wait for the exit decides.
     */
    areCutOffAt: (setting: string): Claim => ({
      text: `the program does not wait for the jobs "${name}", which last longer than ${setting}`,
      judge(timeline) {
        const sent = jobsNamed(timeline, name);
        const stopped = whatStoppedThePlay(timeline);
        if (sent.length === 0 || stopped !== undefined) return moot(stopped ?? `no job "${name}" was sent`);
        const results = sent.flatMap((job) => job.results);
        const done = results.some(({ message }) => fieldsOf(message, 'result')?.ok === true);
        if (done && (numericSetting(timeline, setting) ?? 0) < timeline.soonMs)
          throw new OverTooSoon(`The jobs "${name}" were too short to tell whether the limit was kept.`);
        return holds;
      },
    }),

    /** Strict: an exit before the job's own time has passed cannot have waited for it. */
    areFinishedBeforeTheExit: (): Claim => ({
      text: `the program does not end before the jobs "${name}" can have been done`,
      judge(timeline) {
        const end = endOf(timeline);
        const last = jobsNamed(timeline, name).at(-1);
        if (end === undefined || last === undefined)
          return moot(whatStoppedThePlay(timeline) ?? 'the program did not end');
        const afterMs = end.atMs - last.sent.atMs;
        if (end.because !== undefined || afterMs >= takesMs(last) - timerGrainMs) return holds;
        return broken(
          `an exit ${takesMs(last)} ms after the job was sent, or later`,
          `the exit came ${Math.round(afterMs)} ms after it`,
          {
            evidence: [timeline.events.indexOf(last.sent), timeline.events.indexOf(end)],
          },
        );
      },
    }),
  };
};
