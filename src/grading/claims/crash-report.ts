import type { Fact, Timeline } from '../../timeline/events.ts';
import { eventsOf, startOf, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { type AskedFault, askedFault } from './asked-fault.ts';

interface Report {
  readonly name: string;
  readonly text: string;
  /** Undefined where the text is no JSON. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  readonly writtenAtMs: number | undefined;
}

// A date without its time of day is a date, in whatever time zone; a constant or a time since the start is none.
const twoDaysMs = 2 * 24 * 60 * 60 * 1000;

/** Claims about the files that the stage collected after the program was over. */
export const crashReport = (request: string, app = theApp) => {
  const about =
    (judge: (reports: Report[], fault: AskedFault, evidence: number[], timeline: Timeline) => Judgement) =>
    (timeline: Timeline): Judgement => {
      const fault = askedFault(timeline, request);
      const fact = filesOf(timeline, app);
      if (fault === undefined || fact === undefined)
        return moot(whatStoppedThePlay(timeline) ?? 'the program was never over');
      return judge(reportsIn(fact), fault, [timeline.events.indexOf(fact)], timeline);
    };
  const field = (
    text: string,
    judge: (
      fields: NonNullable<Report['fields']>,
      seen: { fault: AskedFault; timeline: Timeline; writtenAtMs: number | undefined },
    ) => string | undefined,
  ): Claim => ({
    text,
    judge: about((reports, fault, evidence, timeline) => {
      const report = reports.find((candidate) => tellsOf(candidate, fault));
      if (report?.fields === undefined) return moot(`no crash report of "${request}" was found`);
      const expected = judge(report.fields, { fault, timeline, writtenAtMs: report.writtenAtMs });
      return expected === undefined ? holds : broken(expected, report.text.slice(0, 300), { evidence });
    }),
  });

  return {
    /** Exactly one, and whole. A file that is JSON but tells of no error is no crash report. */
    isTheOnlyOne: (): Claim => ({
      text: `there is one crash report of "${request}", and it is whole`,
      judge: about((reports, fault, evidence) => {
        const expected = `one .json file with a message that holds "${fault.readable}"`;
        const damaged = reports.find(({ fields }) => fields === undefined);
        if (damaged !== undefined)
          return broken('JSON that is whole', `${damaged.name}: ${damaged.text.slice(0, 200) || 'empty'}`, {
            evidence,
          });
        if (reports.length === 1 && reports.some((report) => tellsOf(report, fault))) return holds;
        const names = reports.map(({ name, text }) => `${name}: ${text.slice(0, 100)}`);
        return broken(expected, names.length === 0 ? 'no such file' : names.join('; '), { evidence });
      }),
    }),

    comes: (): Claim => ({
      text: `there is a crash report of "${request}"`,
      judge: about((reports, fault, evidence) =>
        reports.some((report) => tellsOf(report, fault))
          ? holds
          : broken(
              `a .json file with a message that holds "${fault.readable}"`,
              reports.map(({ text }) => text.slice(0, 150)).join('; ') || 'no such file',
              { evidence },
            ),
      ),
    }),

    hasKind: (kind: string): Claim =>
      field(`the crash report has the kind ${kind}`, (fields) =>
        fields.kind === kind ? undefined : `"kind":"${kind}"`,
      ),

    carriesItsStack: (): Claim =>
      field('the crash report carries the stack of the error', ({ stack }) => {
        const text = typeof stack === 'string' ? stack : JSON.stringify(stack ?? '');
        return /:\d+:\d+/.test(text) ? undefined : '"stack": where the error was made';
      }),

    tellsTheTime: (): Claim =>
      field('the crash report has the time of the crash, as new Date can read it', ({ time }, seen) => {
        const isReadable = typeof time === 'string' || typeof time === 'number';
        const readMs = isReadable ? new Date(time).getTime() : Number.NaN;
        if (Number.isNaN(readMs)) return '"time": a date as text, or milliseconds';
        const { writtenAtMs = readMs } = seen;
        return Math.abs(readMs - writtenAtMs) < twoDaysMs
          ? undefined
          : `"time": a time that new Date reads as the time of the crash, and not as ${new Date(readMs).toISOString()}`;
      }),

    tellsTheContext: (): Claim =>
      field('the crash report has the context of the error', ({ context }, { timeline }) => {
        const pid = startOf(timeline, app)?.pid;
        return (context as { pid?: unknown } | null | undefined)?.pid === pid
          ? undefined
          : `"context": an object with the pid ${pid}`;
      }),

    hidesTheSecrets: (): Claim =>
      field(
        `the crash report of "${request}" does not show the secrets of the message`,
        (fields, { fault }) =>
          fault.secrets.some((secret) => JSON.stringify(fields).includes(secret))
            ? 'the values of password= and token= masked'
            : undefined,
      ),
  };
};

/** Judged after a clean stop: there is nothing to report. */
export const noCrashReport = (app = theApp): Claim => ({
  text: 'there is no crash report',
  judge(timeline) {
    const fact = filesOf(timeline, app);
    if (fact === undefined) return moot(whatStoppedThePlay(timeline) ?? 'the program was never over');
    const report = reportsIn(fact)[0];
    if (report === undefined) return holds;
    return broken('no crash report', `${report.name}: ${report.text.slice(0, 200)}`, {
      evidence: [timeline.events.indexOf(fact)],
    });
  },
});

const filesOf = (timeline: Timeline, app: string): Fact | undefined =>
  eventsOf(timeline, 'fact').findLast(({ name }) => name === `files of ${app}`);

function reportsIn(fact: Fact): Report[] {
  return (fact.value as { name: string; text: string; writtenAtMs?: number }[])
    .filter(({ name }) => name.endsWith('.json'))
    .map(({ name, text, writtenAtMs }) => ({ name, text, writtenAtMs, fields: parsed(text) }))
    .filter(({ fields }) => fields === undefined || 'message' in fields);
}

function parsed(text: string): Report['fields'] {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : { value };
  } catch {
    return undefined;
  }
}

const tellsOf = ({ fields }: Report, { readable }: AskedFault): boolean =>
  typeof fields?.message === 'string' && fields.message.includes(readable);
