import type { Look } from '../../stage/tree.ts';
import type { Timeline } from '../../timeline/events.ts';
import { fieldsOf, jobsNamed, messagesOf, readyPids, replacementPids } from '../../timeline/jobs.ts';
import { missedMilestone, numericSetting, signalsToDescendants } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { lastWords } from './last-words.ts';
import { evidenceOf, lookAt, looksAt } from './looks.ts';

/** Claims about a coordinator's worker processes. What lives, and whose child it is, the process table says. */
export const workers = {
  /** Never moot: a program that announces nothing is what it is for. */
  areAnnounced: (): Claim => ({
    text: 'the program sends "ready" with its workers',
    judge(timeline) {
      const ready = messagesOf(timeline, 'ready')[0];
      if (ready !== undefined && readyPids(timeline).length > 0) return holds;
      const expected = '{"type":"ready","workers":[PID...]} with the pids of the workers';
      if (ready !== undefined) return broken(expected, JSON.stringify(ready.message));
      const words = lastWords(timeline, { before: 'it' });
      if (words !== undefined) return broken(expected, words.seen, { evidence: words.evidence });
      const missed = missedMilestone(timeline);
      return broken(expected, missed?.text ?? 'no such message', { onTimeAlone: missed?.onTime === true });
    },
  }),

  areAsManyAsAskedFor: (): Claim => ({
    text: '"ready" names as many different processes as WORKERS says',
    judge(timeline) {
      const asked = numericSetting(timeline, 'WORKERS') ?? 0;
      const named = readyPids(timeline);
      if (named.length === asked && new Set(named).size === asked) return holds;
      return broken(`${asked} different pids`, JSON.stringify(named), {
        evidence: evidenceOf(timeline, 'ready'),
      });
    },
  }),

  live: (): Claim => ({
    text: 'each process that "ready" names is alive',
    judge: (timeline) => inTheTable(timeline, 'living', 'a living process of this run'),
  }),

  areChildren: (): Claim => ({
    text: 'each process that "ready" names is a direct child of the coordinator',
    judge: (timeline) => inTheTable(timeline, 'children', 'a direct child of the coordinator'),
  }),

  noneEnds: (): Claim => ({
    text: 'no worker ends',
    judge(timeline) {
      const exit = messagesOf(timeline, 'worker-exit')[0];
      if (exit !== undefined) {
        return broken('the workers of the beginning, all of them', JSON.stringify(exit.message), {
          evidence: [timeline.events.indexOf(exit)],
        });
      }
      const look = lookAt(timeline, 'the end');
      if (look === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked');
      const gone = readyPids(timeline).find((pid) => !look.living.includes(pid as number));
      return gone === undefined
        ? holds
        : broken('the workers of the beginning, all of them', `process ${gone} is gone`);
    },
  }),

  /** Of the whole run, not only of the workers: a helper that outlives the coordinator is left behind as well. */
  noneIsLeft: (): Claim => ({
    text: 'nobody whom the coordinator started lives on',
    judge(timeline) {
      const look = lookAt(timeline, 'the end');
      if (look === undefined)
        return moot(whatStoppedThePlay(timeline) ?? missedMilestone(timeline)?.text ?? 'nobody looked');
      if (look.living.length === 0) return holds;
      const left = look.living.map((pid) => `process ${pid}`).join(', ');
      return broken('no process of this run', `${left} still living`, {
        evidence: looksAt(timeline, 'the end'),
        onTimeAlone: true,
      });
    },
  }),

  /**
   * A worker that is stopped by SIGSTOP can do nothing. A job that was sent since and has a result in its name, or
   * in the name of nobody we know, was done by somebody else.
   */
  doTheWorkThemselves: (name: string): Claim => ({
    text: 'the work is done in the worker that the result names',
    judge(timeline) {
      const known = [...readyPids(timeline), ...replacementPids(timeline)];
      for (const { sent, results } of jobsNamed(timeline, name)) {
        for (const result of results) {
          const pid = fieldsOf(result.message, 'result')?.worker;
          const stopped = stoppedThroughout(timeline, sent.atMs, result.atMs);
          if (known.includes(pid) && !stopped.includes(pid as number)) continue;
          const seen = `${JSON.stringify(result.message)}${stopped.includes(pid as number) ? `, while ${pid} was stopped by SIGSTOP from before the job was sent` : ''}`;
          return broken('results only of workers that were able to run', seen, {
            evidence: [timeline.events.indexOf(sent), timeline.events.indexOf(result)],
          });
        }
      }
      const stoppedThePlay = whatStoppedThePlay(timeline);
      return stoppedThePlay === undefined ? holds : moot(stoppedThePlay);
    },
  }),
};

function inTheTable(timeline: Timeline, where: keyof Look, what: string): Judgement {
  const look = lookAt(timeline, 'the start');
  if (look === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked');
  const stranger = readyPids(timeline).find((pid) => !look[where].includes(pid as number));
  if (stranger === undefined) return holds;
  return broken(`${what} behind each pid`, `${JSON.stringify(stranger)} is none`, {
    evidence: [...evidenceOf(timeline, 'ready'), ...looksAt(timeline, 'the start')],
  });
}

/** Workers that were stopped before `fromMs` and not let go before `toMs`. */
function stoppedThroughout(timeline: Timeline, fromMs: number, toMs: number): number[] {
  const signals = signalsToDescendants(timeline);
  return signals
    .filter((stop) => stop.signal === 'SIGSTOP' && stop.atMs < fromMs)
    .filter(
      (stop) =>
        !signals.some(
          ({ pid, signal, atMs }) =>
            pid === stop.pid && signal === 'SIGCONT' && atMs > stop.atMs && atMs < toMs,
        ),
    )
    .map(({ pid }) => pid);
}
