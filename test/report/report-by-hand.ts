import type { CheckReport, Report } from '../../src/report/report.ts';
import {
  answers,
  asks,
  ends,
  fails,
  prints,
  says,
  signal,
  started,
  timelineOf,
} from '../timeline-by-hand.ts';

const about = { tier: 'core', durationMs: 12, findings: [], notes: [] } as const;

const passed: CheckReport = {
  ...about,
  id: 'gets-ready',
  point: 1,
  title: 'The program gets ready on the port that it was asked for.',
  outcome: 'passed',
};

const failed: CheckReport = {
  ...about,
  id: 'answers-in-flight',
  point: 2,
  title:
    'A request that is under way when SIGTERM arrives is answered, and the program ends only after that.',
  outcome: 'failed',
  findings: [
    {
      claim: 'request "slow" is answered with 200',
      expected: 'status 200',
      seen: 'no answer: ECONNRESET, 5 ms after SIGTERM, and it said \u001b[2Joops',
      because:
        'Every deploy sends SIGTERM; a request that is cut off here is an error that a user sees, and nobody else.',
      help: 'Stop listening first, then let the open request end.',
      evidence: [3, 5],
    },
  ],
  notes: ['The program left a process running when it was over (sleep, pid 7); we ended what it left.'],
  timeline: timelineOf(
    [0, started({ PORT: '0' })],
    [48.4, says('ready', { port: 4_000 })],
    [60, asks('slow', '/slow?ms=400&id=abc')],
    [71.6, signal('SIGTERM')],
    [72, prints('\u001b[31mTypeError: oops\u001b[0m', 'stderr')],
    [76, fails('slow', 'ECONNRESET')],
    [80, asks('probe 1', '/')],
    [81, answers('probe 1')],
    [90, ends(1)],
  ),
};

const moot: CheckReport = {
  ...about,
  id: 'second-signal',
  point: 3,
  title: 'A second signal does not cut the drain short.',
  outcome: 'moot',
  reason: 'it printed no event line "draining" before it was over',
};

const following: CheckReport = {
  ...moot,
  id: 'sighup',
  title: 'SIGHUP is treated like SIGTERM.',
  tier: 'stretch',
  follows: 'answers-in-flight',
};

const unstable: CheckReport = {
  ...about,
  id: 'limit',
  point: 4,
  title: 'The limit holds.',
  outcome: 'unstable',
  reason: 'it took too long once, and not in a second run',
};

const trouble: CheckReport = {
  ...about,
  id: 'trouble',
  point: 5,
  title: 'The fifth.',
  outcome: 'trouble',
  reason: 'Error: the scenario is wrong\n    at play (scenario.ts:1:1)',
};

/** A report with a check of every outcome. */
export const reportOfAll: Report = {
  schema: 1,
  exercise: 'exercise-9',
  file: '/home/learner/exercise-9.ts',
  seed: 5,
  passed: false,
  slowness: 1,
  durationMs: 2_345,
  checks: [passed, failed, moot, following, unstable, trouble],
};

/** A report in which all is well. */
export const reportOfPassed: Report = { ...reportOfAll, passed: true, checks: [passed] };
