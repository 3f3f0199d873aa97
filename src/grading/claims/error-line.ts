import { type EventLine, eventLines } from '../../timeline/event-line.ts';
import type { Timeline } from '../../timeline/events.ts';
import { eventsOf, requestNamed, startOf, theApp } from '../../timeline/questions.ts';
import { asOne, broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { type AskedFault, askedFault } from './asked-fault.ts';
import { notSeen } from './event-lines.ts';

type Line = EventLine & { readonly context: Readonly<Record<string, unknown>> };

// A program may count whole seconds, up or down.
const wholeSecond = 1;
// The contract's 25 %, and either meaning of "mega".
const memory = { least: 0.75, most: 1.25, bytesOfTheOther: 2 ** 20 / 1e6 };

/** Claims about the `error` line of the fault that the request of this name asked for. */
export const errorLine = (request: string, app = theApp) => {
  const about =
    (judge: (line: Line, fault: AskedFault, timeline: Timeline) => Judgement) =>
    (timeline: Timeline): Judgement => {
      const fault = askedFault(timeline, request);
      const line = fault && linesOf(timeline, fault, app)[0];
      if (fault === undefined || line === undefined)
        return moot(whatStoppedThePlay(timeline) ?? `no line "error" of "${request}" was printed`);
      return judge(line, fault, timeline);
    };
  const field = (text: string, judge: Parameters<typeof about>[0]): Claim => ({ text, judge: about(judge) });

  return {
    comes: (): Claim => ({
      text: `the program prints an "error" line for "${request}", with its message`,
      judge(timeline) {
        const fault = askedFault(timeline, request);
        if (fault === undefined) return moot(whatStoppedThePlay(timeline) ?? `"${request}" was never sent`);
        if (linesOf(timeline, fault, app).length > 0) return holds;
        const other = eventLines(timeline, { event: 'error', app })[0];
        const expected = `a line "error" whose message holds "${fault.readable}"`;
        return other === undefined
          ? notSeen(timeline, 'error', expected)
          : broken(expected, other.line.text.slice(0, 200), {
              evidence: [timeline.events.indexOf(other.line)],
            });
      },
    }),

    /** One error, one line: of all lines "error" of this program. */
    isTheOnlyOne: (): Claim => ({
      text: `the program prints one "error" line for one error`,
      judge(timeline) {
        const lines = eventLines(timeline, { event: 'error', app });
        if (lines.length === 1) return holds;
        if (lines.length === 0)
          return moot(whatStoppedThePlay(timeline) ?? `no line "error" of "${request}" was printed`);
        return broken('one line "error"', `${lines.length} of them`, {
          evidence: lines.map(({ line }) => timeline.events.indexOf(line)),
        });
      },
    }),

    hasKind: (kind: string): Claim =>
      field(`the "error" line of "${request}" has the kind ${kind}`, (line, _fault, timeline) =>
        line.fields.kind === kind ? holds : seen(`kind: ${kind}`, line, timeline),
      ),

    /** A stack is known by a place in a file: line and column. */
    carriesItsStack: (): Claim =>
      field(`the "error" line of "${request}" carries the error's stack`, (line, _fault, timeline) => {
        const { stack } = line.fields;
        const text = typeof stack === 'string' ? stack : JSON.stringify(stack ?? '');
        return /:\d+:\d+/.test(text) ? holds : seen('stack: where the error was made', line, timeline);
      }),

    namesTheProcess: (): Claim =>
      field(`the context of "${request}" has the pid of the process`, (line, _fault, timeline) => {
        const pid = startOf(timeline, app)?.pid;
        return line.context.pid === pid ? holds : seen(`context.pid: ${pid}`, line, timeline);
      }),

    /** Between the time that was seen to pass and the time since the start, give or take a whole second. */
    tellsTheUptime: (): Claim =>
      field(`the context of "${request}" has the uptime in seconds`, (line, _fault, timeline) => {
        const startedMs = startOf(timeline, app)?.atMs ?? 0;
        const readyMs = eventLines(timeline, { event: 'ready', app })[0]?.line.atMs ?? startedMs;
        const askedMs = requestNamed(timeline, request)?.atMs ?? readyMs;
        const least = (askedMs - readyMs) / 1000 - wholeSecond;
        const most = (line.line.atMs - startedMs) / 1000 + wholeSecond;
        const uptime = line.context.uptimeSeconds;
        if (typeof uptime === 'number' && uptime > least && uptime < most && uptime >= 0) return holds;
        const expected = `context.uptimeSeconds: a number from ${Math.max(0, least).toFixed(1)} to ${most.toFixed(1)}`;
        return seen(expected, line, timeline);
      }),

    /** Within 25 % of what the operating system said before or after; megabytes of 10^6 or of 2^20 bytes. */
    tellsTheMemory: (): Claim =>
      field(`the context of "${request}" has the resident memory in megabytes`, (line, _fault, timeline) => {
        const samples = eventsOf(timeline, 'sample').filter(
          (sample) => sample.app === app && sample.rssMB > 0,
        );
        if (samples.length === 0) return moot('the operating system gave no figure');
        const figures = samples.map(({ rssMB }) => rssMB);
        const least = Math.min(...figures) * memory.least;
        const most = Math.max(...figures) * memory.most * memory.bytesOfTheOther;
        const rss = line.context.rssMB;
        return typeof rss === 'number' && rss >= least && rss <= most
          ? holds
          : seen(`context.rssMB: from ${Math.round(least)} to ${Math.round(most)}`, line, timeline);
      }),

    namesItsRequest: (): Claim =>
      field(`the context of "${request}" has the id of that very request`, (line, { requestId }, timeline) =>
        line.context.requestId === requestId
          ? holds
          : seen(`context.requestId: ${JSON.stringify(requestId)}`, line, timeline),
      ),

    /** Judged on all event lines of the program: a secret is out wherever it stands. */
    hidesTheSecrets: (): Claim =>
      field(`no event line shows the secrets of "${request}"`, (_line, { secrets }, timeline) => {
        const leak = eventLines(timeline, { app }).find(({ line }) =>
          secrets.some((secret) => line.text.includes(secret)),
        );
        return leak === undefined
          ? holds
          : broken('the values of password= and token= masked', leak.line.text.slice(0, 200), {
              evidence: [timeline.events.indexOf(leak.line)],
            });
      }),
  };
};

/** Claims about the `error` lines of many faults, as one sentence. */
export const errorLines = (requests: readonly string[], app = theApp) => {
  const all = (text: string, claimOf: (request: string) => Claim): Claim =>
    asOne(text, requests.map(claimOf));
  return {
    allCome: (): Claim =>
      all(`each of ${requests.length} errors has a line "error" with its message`, (request) =>
        errorLine(request, app).comes(),
      ),

    allNameTheirRequest: (): Claim =>
      all(`each of ${requests.length} errors has the id of its own request in its context`, (request) =>
        errorLine(request, app).namesItsRequest(),
      ),
  };
};

function linesOf(timeline: Timeline, { readable }: AskedFault, app: string): Line[] {
  return eventLines(timeline, { event: 'error', app })
    .filter(({ fields }) => typeof fields.message === 'string' && fields.message.includes(readable))
    .map((line) => ({ ...line, context: asObject(line.fields.context) }));
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const seen = (expected: string, { line }: EventLine, timeline: Timeline): Judgement =>
  broken(expected, line.text.slice(0, 300), { evidence: [timeline.events.indexOf(line)] });
