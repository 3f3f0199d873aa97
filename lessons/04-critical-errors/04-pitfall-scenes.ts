import { broken, type Claim, eventLine, eventLines, exit, holds, moot, outcomeOf, pitfall } from '#grader';
import { answerIs } from './claims-of-scenes.ts';

const getsNoAnswer = (request: string): Claim => ({
  text: `"${request}" gets no answer from this process`,
  judge(timeline) {
    const outcome = outcomeOf(timeline, request);
    if (outcome === undefined) return moot(`"${request}" was not settled`);
    return outcome.kind === 'request-failed' ? holds : broken('a refused connection', outcome.body);
  },
});

const comesAgainAndAgain = (event: string, atLeast: number): Claim => ({
  text: `"${event}" comes again and again`,
  judge(timeline) {
    const count = eventLines(timeline, { event }).length;
    return count >= atLeast ? holds : broken(`at least ${atLeast} times`, `${count} times`);
  },
});

export default [
  pitfall('03-life-after-an-uncaught-exception', 'Going on after an uncaught exception', {
    stimulus: 'A transfer throws between its two halves, and somebody asks for the sum of both accounts.',
    async play(app) {
      await app.ready();
      app.post('/transfer', { as: 'transfer' });
      await app.says('fatal');
      app.get('/total', { as: 'total' });
      await app.answered('total');
      await app.gone();
    },
    wrong: [answerIs('total', 200, { total: 90 }), exit.neverComes()],
    right: [getsNoAnswer('total'), exit.hasCode(1)],
    difference:
      'Both logged the same error, and one of them went on to tell customers that ten coins do not exist. A callback that was left in the middle leaves the state in the middle, and no log line puts it back; a new process begins with a state that is whole.',
    section: 'Error recovery strategies',
  }),

  pitfall('05-rejection-that-is-only-logged', 'A rejection that is only logged', {
    stimulus:
      'Three jobs are handed in; the second one is broken, and the third comes after its error was logged.',
    async play(app) {
      await app.ready();
      app.post('/?job={"id":1}', { as: 'first' });
      await app.says('job.done');
      app.post('/?job=broken', { as: 'second' });
      await app.says('error');
      app.post('/?job={"id":3}', { as: 'third' });
      await app.answered('third');
      await app.gone();
    },
    wrong: [
      answerIs('third', 200, { status: 'healthy' }),
      eventLine('job.done').comesOnce(),
      eventLine('error').comesOnce(),
      exit.neverComes(),
    ],
    right: [getsNoAnswer('third'), eventLine('error').comesOnce(), exit.hasCode(1)],
    difference:
      'The rejection ended the loop that did all the work, and the logging listener kept the rest alive: healthy, accepting jobs, and doing none of them. Without the listener Node ends the process, the sender of the third job is refused, and a supervisor starts one that works.',
    section: 'uncaughtException vs unhandledRejection',
  }),

  pitfall('10-handler-that-rejects', 'An error handler that can be rejected', {
    stimulus: 'A bug throws, and the service that errors are reported to does not answer either.',
    async play(app) {
      await app.gone();
    },
    wrong: [comesAgainAndAgain('reporting', 5), exit.neverComes()],
    right: [eventLine('reporting').comesOnce(), eventLine('report.failed').comesOnce(), exit.hasCode(1)],
    difference:
      'The rejection of an async listener is an unhandled rejection, which goes to the same listener, which is rejected again: the process spins, and the line with `process.exit` is never reached. The other one settled its exit first, and gave the report a `catch` and a limit.',
    section: 'Production error handling',
  }),
];
