import {
  answer,
  broken,
  type Claim,
  eventLines,
  eventsOf,
  holds,
  moot,
  outcomeOf,
  type RequestSent,
  requestNamed,
  type Timeline,
  theApp,
  whatStoppedThePlay,
} from '#grader';

type Fields = Readonly<Record<string, unknown>>;

/** That an answer has this status, and that its body is as wanted. */
export const answerIs = (request: string, status: number, wanted: Fields): Claim => ({
  text: `the answer to "${request}" has the status ${status}, and says ${JSON.stringify(wanted)}`,
  judge(timeline) {
    const judged = answer(request).hasStatus(status).judge(timeline);
    const outcome = outcomeOf(timeline, request);
    if (judged.outcome !== 'holds' || outcome?.kind !== 'answer') return judged;
    const body = JSON.parse(outcome.body) as Fields;
    return Object.entries(wanted).every(([field, value]) => body[field] === value)
      ? holds
      : broken(JSON.stringify(wanted), outcome.body, { evidence: [timeline.events.indexOf(outcome)] });
  },
});

/** How often an event line came. */
export const comesTimes = (event: string, times: number): Claim => ({
  text: `the program prints "${event}" ${times} times`,
  judge(timeline) {
    const lines = eventLines(timeline, { event });
    if (lines.length === times) return holds;
    const evidence = lines.map(({ line }) => timeline.events.indexOf(line));
    return broken(`${times} times`, `${lines.length} times`, { evidence });
  },
});

/** That a line carries the id of that very request, and that the secret of its message is masked in all lines. */
export const theLineNames = (
  event: string,
  { request, hides }: { request: string; hides: string },
): Claim => ({
  text: `"${event}" names the request "${request}", and no line shows the ${hides}`,
  judge(timeline) {
    const seen = eventLines(timeline, { event })[0];
    const sent = requestNamed(timeline, request);
    if (seen === undefined || sent === undefined)
      return moot(whatStoppedThePlay(timeline) ?? `no line "${event}" was printed`);
    const id = sent.headers?.['x-request-id'];
    if (seen.fields.requestId !== id) return broken(`"requestId":"${id}"`, seen.line.text.slice(0, 200));
    const leak = eventLines(timeline).find(({ line }) => line.text.includes(secretOf(sent)));
    return leak === undefined ? holds : broken(`no ${hides}`, leak.line.text.slice(0, 200));
  },
});

const secretOf = ({ path }: RequestSent): string =>
  new URL(path, 'http://localhost').searchParams.get('message')?.split('=')[1] ?? '';

/** The one crash report that was collected: whole, about this request, and without what has to stay secret. */
export const theReportTellsOf = (request: string, { hides }: { hides: string }): Claim => ({
  text: `the crash report is whole, names the request "${request}", and hides the ${hides}`,
  judge(timeline) {
    const reports = filesOf(timeline);
    const sent = requestNamed(timeline, request);
    if (reports === undefined || sent === undefined)
      return moot(whatStoppedThePlay(timeline) ?? 'the program was never over');
    const [report, ...more] = reports;
    if (report === undefined || more.length > 0) return broken('one crash report', `${reports.length} files`);
    const id = sent.headers?.['x-request-id'];
    const { requestId } = JSON.parse(report.text) as Fields;
    if (requestId !== id) return broken(`"requestId":"${id}"`, `"requestId":"${requestId}"`);
    return report.text.includes(secretOf(sent)) ? broken(`no ${hides}`, report.text.slice(0, 200)) : holds;
  },
});

const filesOf = (timeline: Timeline): { name: string; text: string }[] | undefined =>
  eventsOf(timeline, 'fact').findLast(({ name }) => name === `files of ${theApp}`)?.value as never;

/** Both lines went into the same pipe, so their order is that of the processes themselves. */
export const theNextOneIsReadyBeforeTheOldOneIsGone: Claim = {
  text: 'the next worker is ready before the crashed one is gone',
  judge(timeline) {
    const next = eventLines(timeline, { event: 'ready' })[1];
    const gone = eventLines(timeline, { event: 'worker.exit' })[0];
    if (next === undefined || gone === undefined)
      return moot(whatStoppedThePlay(timeline) ?? 'no worker was replaced');
    const evidence = [next, gone].map(({ line }) => timeline.events.indexOf(line));
    return (evidence[0] as number) < (evidence[1] as number)
      ? holds
      : broken('ready, worker.exit', 'worker.exit, ready', { evidence });
  },
};
