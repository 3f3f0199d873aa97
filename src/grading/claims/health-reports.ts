import { jsonOf } from '../../stage/asking.ts';
import { limits } from '../../stage/limits.ts';
import { eventLines } from '../../timeline/event-line.ts';
import type { Answer, Sample, Timeline } from '../../timeline/events.ts';
import { eventsOf, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';

type Fields = Readonly<Record<string, unknown>>;

const statuses = ['healthy', 'degraded', 'shutting-down'];

const numbers = [
  'pid',
  'uptimeSeconds',
  'memory.rssMB',
  'memory.heapUsedMB',
  'memory.externalMB',
  'cpuPercent',
  'eventLoop.lagP99Ms',
  'eventLoop.lagMaxMs',
  'eventLoop.utilization',
  'resources.total',
  'leak.growthMBPerMinute',
  'leak.samples',
  'blocks.count',
  'blocks.longestMs',
];

/** A field of a report by its path, such as "leak.suspected"; undefined where there is none. */
export function fieldOf(report: Fields, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), report);
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Bytes for megabytes are beyond this for any process, and no program under test may hold so much.
const mostMB = limits.residentMB;

// A program may round up, and our own note of the start may be late; milliseconds for seconds are far beyond it.
const uptimeSlackSeconds = 2;

/** What is wrong with a report as such, in words, or undefined where every field is there. */
function faultOf(report: Fields, atMs: number, timeline: Timeline): string | undefined {
  const { pid, atMs: startedAtMs = 0 } = eventsOf(timeline, 'started')[0] ?? {};
  const wrong = numbers.find((path) => !Number.isFinite(fieldOf(report, path)));
  if (wrong !== undefined) return `${wrong}: ${JSON.stringify(fieldOf(report, wrong))}`;
  if (!statuses.includes(String(report.status))) return `status: ${JSON.stringify(report.status)}`;
  if (pid !== undefined && report.pid !== pid) return `pid: ${report.pid} where the system says ${pid}`;
  const tooMuch = ['memory.rssMB', 'memory.heapUsedMB', 'memory.externalMB'].find(
    (path) => (fieldOf(report, path) as number) > mostMB,
  );
  if (tooMuch !== undefined) return `${tooMuch}: ${fieldOf(report, tooMuch)}`;
  const ageSeconds = (atMs - startedAtMs) / 1000;
  if ((report.uptimeSeconds as number) > ageSeconds + uptimeSlackSeconds)
    return `uptimeSeconds: ${report.uptimeSeconds} where it was started ${ageSeconds.toFixed(1)} seconds before`;
  const utilization = fieldOf(report, 'eventLoop.utilization') as number;
  if (utilization < 0 || utilization > 1) return `eventLoop.utilization: ${utilization}`;
  if (typeof fieldOf(report, 'leak.suspected') !== 'boolean')
    return `leak.suspected: ${JSON.stringify(fieldOf(report, 'leak.suspected'))}`;
  const byType = fieldOf(report, 'resources.byType');
  if (!isObject(byType)) return `resources.byType: ${JSON.stringify(byType)}`;
  const type = Object.keys(byType).find((name) => !Number.isFinite(byType[name]));
  return type === undefined ? undefined : `resources.byType.${type}: ${JSON.stringify(byType[type])}`;
}

/** Claims about the reports that were asked for under one name, of which there may be many: "calm 1", "calm 2". */
export const healthReports = (name: string) => {
  const answersIn = (timeline: Timeline): Answer[] =>
    eventsOf(timeline, 'answer').filter((seen) => seen.name === name || seen.name.startsWith(`${name} `));
  const noneIn = (timeline: Timeline) =>
    moot(whatStoppedThePlay(timeline) ?? `no report was answered under "${name}"`);
  return {
    areWhole: (): Claim => ({
      text: 'the report has every field, with finite numbers',
      judge(timeline) {
        const answers = answersIn(timeline);
        for (const answer of answers) {
          const fault = faultOf(jsonOf(answer), answer.atMs, timeline);
          if (fault === undefined) continue;
          return broken('every field of the report, each number finite', fault, {
            evidence: [timeline.events.indexOf(answer)],
          });
        }
        return answers.length > 0 ? holds : noneIn(timeline);
      },
    }),

    /** At least one of them; a program that is slow to see a thing may see it at the next look. */
    come: (
      path: string,
      what: string,
      accepts: (value: unknown, timeline: Timeline) => boolean,
      /** The figure that is meant, where there is one. */
      figureIn?: (timeline: Timeline) => number,
    ): Claim => ({
      text: `the report comes to say ${path}: ${what}`,
      judge(timeline) {
        const answers = answersIn(timeline);
        const values = answers.map((answer) => fieldOf(jsonOf(answer), path));
        if (values.some((value) => accepts(value, timeline))) return holds;
        const last = answers.at(-1);
        if (last === undefined) return noneIn(timeline);
        const figure = figureIn === undefined ? '' : `, ${Math.round(figureIn(timeline) * 10) / 10}`;
        return broken(`${path}: ${what}${figure}`, `${path}: ${JSON.stringify(values.at(-1))}`, {
          evidence: [timeline.events.indexOf(last)],
          onTimeAlone: true,
        });
      },
    }),

    /** Every one of them. */
    stay: (path: string, what: string, accepts: (value: unknown) => boolean): Claim => ({
      text: `every report says ${path}: ${what}`,
      judge(timeline) {
        const answers = answersIn(timeline);
        const wrong = answers.find((answer) => !accepts(fieldOf(jsonOf(answer), path)));
        if (wrong !== undefined) {
          return broken(`${path}: ${what}`, `${path}: ${JSON.stringify(fieldOf(jsonOf(wrong), path))}`, {
            evidence: [timeline.events.indexOf(wrong)],
          });
        }
        return answers.length > 0 ? holds : noneIn(timeline);
      },
    }),

    /** Compares a figure of the last report with the system's, which was read right after it. */
    agreeOnMemory: (accepts: (reportedMB: number, systemMB: number) => boolean): Claim => ({
      text: 'the resident memory of the report is what the operating system says',
      judge(timeline) {
        const last = answersIn(timeline).at(-1);
        if (last === undefined) return noneIn(timeline);
        const at = timeline.events.indexOf(last);
        const sample = timeline.events.slice(at).find((event): event is Sample => event.kind === 'sample');
        if (sample === undefined) return moot('the system gave no figure for the program');
        const reported = fieldOf(jsonOf(last), 'memory.rssMB');
        if (typeof reported === 'number' && accepts(reported, sample.rssMB)) return holds;
        return broken(`about ${sample.rssMB.toFixed(1)} MB`, `memory.rssMB: ${JSON.stringify(reported)}`, {
          evidence: [at, timeline.events.indexOf(sample)],
          onTimeAlone: true,
        });
      },
    }),
  };
};

/** Claims about the "health.final" line. */
export const finalReport = {
  /** Holds where no such line was printed, or says something else, which are for other claims. */
  isNotDegraded: (app = theApp): Claim => ({
    text: '"health.final" has the status shutting-down and not degraded, whatever the status was before',
    judge(timeline) {
      const line = eventLines(timeline, { event: 'health.final', app })[0];
      if (line?.fields.status !== 'degraded') return holds;
      return broken('status: shutting-down', `status: ${JSON.stringify(line.fields.status)}`, {
        evidence: [timeline.events.indexOf(line.line)],
      });
    },
  }),

  isWhole: (app = theApp): Claim => ({
    text: '"health.final" carries every field of the report, with status shutting-down',
    judge(timeline) {
      const line = eventLines(timeline, { event: 'health.final', app })[0];
      if (line === undefined) return moot('no line "health.final" was printed');
      const fault =
        faultOf(line.fields, line.line.atMs, timeline) ??
        (line.fields.status === 'shutting-down' ? undefined : `status: ${line.fields.status}`);
      if (fault === undefined) return holds;
      return broken('every field of the report, and status: shutting-down', fault, {
        evidence: [timeline.events.indexOf(line.line)],
      });
    },
  }),
};
