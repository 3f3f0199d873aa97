import { OverTooSoon } from '../../stage/milestone.ts';
import type { Timeline } from '../../timeline/events.ts';
import { fieldsOf, messagesOf, readyPids, replacementPids, replacementsIn } from '../../timeline/jobs.ts';
import { endOf, missedMilestone, numericSetting, signalsToDescendants } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { describeEnd } from './exit.ts';
import { evidenceOf, lookAt, looksAt } from './looks.ts';

const timerGrainMs = 2;

/** Claims about who takes the place of a worker that has ended, and when. */
export const restarts = {
  /** Moot where the scenario ended before the word could come. */
  deathsAreTold: (): Claim => ({
    text: 'the death of each killed worker is told, with its signal',
    judge(timeline) {
      const kills = killsIn(timeline);
      for (const kill of kills) {
        const expected = `{"type":"worker-exit","pid":${kill.pid},"signal":"${kill.signal}"}`;
        const told = messagesOf(timeline, 'worker-exit').find(
          ({ message }) => fieldsOf(message, 'worker-exit')?.pid === kill.pid,
        );
        if (told === undefined) return notTold(timeline, 'worker-exit', expected);
        if (fieldsOf(told.message, 'worker-exit')?.signal === kill.signal) continue;
        return broken(expected, JSON.stringify(told.message), { evidence: [timeline.events.indexOf(told)] });
      }
      return kills.length > 0 ? holds : moot(whatStoppedThePlay(timeline) ?? 'no worker was killed');
    },
  }),

  killedOnesAreReplaced: (): Claim => ({
    text: 'another worker takes the place of each killed one, and lives',
    judge(timeline) {
      const kills = killsIn(timeline);
      const starts = replacementsIn(timeline);
      if (kills.length === 0) return moot(whatStoppedThePlay(timeline) ?? 'no worker was killed');
      if (starts.length < kills.length) {
        const expected = `a message {"type":"worker-start","pid":PID} for each of the ${kills.length} killed workers`;
        return notTold(timeline, 'worker-start', expected);
      }
      const look = lookAt(timeline, 'the end');
      if (look === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked');
      const stranger = starts.find(({ message }) => {
        const pid = fieldsOf(message, 'worker-start')?.pid as number;
        return !look.children.includes(pid) && !kills.some((kill) => kill.pid === pid);
      });
      if (stranger === undefined) return holds;
      return broken('a worker-start with the pid of a living child', JSON.stringify(stranger.message), {
        evidence: [timeline.events.indexOf(stranger), ...looksAt(timeline, 'the end')],
      });
    },
  }),

  /** Strict downwards, from our kill to the receipt of the announcement; upwards the scenario's wait decides. */
  waitsDouble: ({ times }: { times: number }): Claim => ({
    text: 'the wait before a restart is BACKOFF_MS, and doubles with each further death',
    judge(timeline) {
      const backoffMs = numericSetting(timeline, 'BACKOFF_MS') ?? 0;
      const starts = replacementsIn(timeline);
      for (const [index, kill] of killsIn(timeline).slice(0, times).entries()) {
        const start = starts[index];
        const wantedMs = backoffMs * 2 ** index;
        const expected = `worker-start number ${index + 1} a wait of ${wantedMs} ms after the death`;
        if (start === undefined) return notTold(timeline, 'worker-start', expected);
        const waitedMs = start.atMs - kill.atMs;
        if (waitedMs >= wantedMs - timerGrainMs) continue;
        return broken(expected, `it came ${Math.round(waitedMs)} ms after it`, {
          evidence: [timeline.events.indexOf(kill), timeline.events.indexOf(start)],
        });
      }
      return killsIn(timeline).length > 0
        ? holds
        : moot(whatStoppedThePlay(timeline) ?? 'no worker was killed');
    },
  }),

  /**
   * After so many deaths in a row and a job done. Where a wait that doubled once more would be over within the "soon"
   * that the scenario grants, only a wait that looks like it is played again, with longer ones that the "soon" tells
   * apart. What a worker needs until it is announced is seen from the first one.
   */
  waitIsSetBack: ({ after }: { after: number }): Claim => ({
    text: 'the wait is BACKOFF_MS again after a job done in between',
    judge(timeline) {
      const backoffMs = numericSetting(timeline, 'BACKOFF_MS') ?? 0;
      const [firstKill, kill] = [killsIn(timeline)[0], killsIn(timeline)[after]];
      const [firstStart, start] = [replacementsIn(timeline)[0], replacementsIn(timeline)[after]];
      if (firstKill === undefined || firstStart === undefined || kill === undefined)
        return moot(whatStoppedThePlay(timeline) ?? `fewer than ${after + 1} workers were killed`);
      const expected = `worker-start number ${after + 1} a wait of ${backoffMs} ms after the death`;
      if (start === undefined) return notTold(timeline, 'worker-start', expected);
      const announcedMs = Math.max(0, firstStart.atMs - firstKill.atMs - backoffMs);
      const waitedMs = start.atMs - kill.atMs - announcedMs;
      if (waitedMs >= backoffMs * 2 ** (after - 1) && backoffMs * (2 ** after - 1) <= timeline.soonMs)
        throw new OverTooSoon('The waits were too short to be told apart.');
      return holds;
    },
  }),

  /** How many were announced after the first ones, all in all. */
  areStarted: (setting: string): Claim => ({
    text: `as many workers are started anew as ${setting} says`,
    judge: (timeline) =>
      judgeCount(timeline, { type: 'worker-start', seen: replacementsIn(timeline).length }, setting),
  }),

  /** So many for each of the jobs that a worker does not outlive. */
  die: (setting: string, { jobs }: { jobs: number }): Claim => ({
    text: `as many workers die of each such job as ${setting} says`,
    judge: (timeline) =>
      judgeCount(
        timeline,
        { type: 'worker-exit', seen: messagesOf(timeline, 'worker-exit').length },
        setting,
        jobs,
      ),
  }),

  /** Looked at while the coordinator was stopped, right after the first one was gone: nothing could hide then. */
  areReplacedOneByOne: (): Claim => ({
    text: 'never more than one worker is missing while they are replaced',
    judge(timeline) {
      const look = lookAt(timeline, 'the first replacement');
      if (look === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked');
      const wanted = (numericSetting(timeline, 'WORKERS') ?? 1) - 1;
      if (look.children.length >= wanted) return holds;
      return broken(`at least ${wanted} living workers at any moment`, `${look.children.length} of them`, {
        evidence: looksAt(timeline, 'the first replacement'),
      });
    },
  }),

  areAllReplaced: (): Claim => ({
    text: 'in the end every worker is a new one, and there are as many as before',
    judge(timeline) {
      const missed = missedMilestone(timeline);
      const end = endOf(timeline);
      const expected = 'new workers in the place of all old ones';
      if (end !== undefined && end.because === undefined)
        return broken(expected, describeEnd(end), { evidence: [timeline.events.indexOf(end)] });
      if (
        missed !== undefined &&
        awaitedReplacement.some((milestone) => missed.milestone.startsWith(milestone))
      ) {
        return broken(expected, missed.text, { onTimeAlone: missed.onTime });
      }
      const look = lookAt(timeline, 'the end');
      if (look === undefined) return moot(missed?.text ?? 'nobody looked');
      const wanted = numericSetting(timeline, 'WORKERS') ?? 0;
      const old = readyPids(timeline).filter((pid) => look.living.includes(pid as number));
      const fresh = replacementPids(timeline).filter((pid) => look.children.includes(pid as number));
      if (old.length === 0 && fresh.length === wanted) return holds;
      return broken(
        `${wanted} workers, none of them an old one`,
        `${fresh.length} new ones, ${old.length} old ones`,
        {
          evidence: looksAt(timeline, 'the end'),
        },
      );
    },
  }),
};

const awaitedReplacement = ['dead', 'one dead', 'sends message "worker-start"'];

const killsIn = (timeline: Timeline) =>
  signalsToDescendants(timeline).filter(({ signal }) => signal === 'SIGKILL');

function judgeCount(
  timeline: Timeline,
  { type, seen }: { type: string; seen: number },
  setting: string,
  times = 1,
): Judgement {
  const wanted = times * (numericSetting(timeline, setting) ?? 0);
  const expected = `${wanted} times "${type}"`;
  if (seen > wanted) return broken(expected, `${seen} of them`, { evidence: evidenceOf(timeline, type) });
  return seen === wanted ? holds : notTold(timeline, type, expected);
}

/** Broken where the scenario waited for this very message, or the program ended without it; moot otherwise. */
function notTold(timeline: Timeline, type: string, expected: string): Judgement {
  const missed = missedMilestone(timeline);
  const end = endOf(timeline);
  if (end !== undefined && end.because === undefined) {
    return broken(expected, describeEnd(end), { evidence: [timeline.events.indexOf(end)] });
  }
  if (missed === undefined) return broken(expected, `${messagesOf(timeline, type).length} such messages`);
  if (missed.milestone.includes(`"${type}"`))
    return broken(expected, missed.text, { onTimeAlone: missed.onTime });
  return moot(missed.text);
}
