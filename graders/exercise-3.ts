import {
  type App,
  answer,
  type Claim,
  crashReport,
  type Draw,
  type Expectation,
  errorLine,
  errorLines,
  eventLine,
  exit,
  exitOf,
  grader,
  must,
  newConnections,
  noCrashReport,
  ready,
  recovery,
  type Scenario,
  type Stage,
  scenario,
  should,
  supervisor,
} from '#grader';

/** Reports go to a folder that is not there yet; the limit is long beside what any request takes. */
const settings = (draw: Draw) => ({
  CRASH_DIR: `${draw.token()}/crashes`,
  SHUTDOWN_TIMEOUT_MS: draw.lasting(6_000),
});

/** With nothing in flight no right program needs its limit; one that takes all of it is waited for nevertheless. */
const shortLimit = (draw: Draw) => ({ ...settings(draw), SHUTDOWN_TIMEOUT_MS: draw.lasting(2_500) });

/**
 * Who never reads a setting takes 5000 ms for it. A short span is over long before that, the "soon" of such a machine
 * included; where the machine is slower the span is so long that three quarters of it are more.
 */
const clearOfTheDefault = (ms: number, { upTo }: { upTo: number }): number =>
  ms < upTo ? ms : Math.max(ms, 7_500);

/** A folder that is there, and in which nobody can make a file, not even root. */
const fullFolder = process.platform === 'linux' ? '/proc/self/fdinfo' : '/System';

const afterTheStart = ['starts-and-serves'];
const afterTheError = ['logs-the-exception'];
const burst = Array.from({ length: 25 }, (_, index) => `fault ${index + 1}`);
const valuesThatAreNoError = ['string', 'null', 'undefined', 'object'] as const;

const faultPath = (fault: string, message: string, kind?: string) =>
  `/fault/${fault}?message=${encodeURIComponent(message)}${kind === undefined ? '' : `&kind=${kind}`}`;

/** Waits until the program is over: within its limit, and soon after it. */
const endsWithinItsLimit = (app: App) => app.gone({ afterMs: app.setting('SHUTDOWN_TIMEOUT_MS') });

/** Whatever a newcomer asks for, the health included. */
const newcomersPaths = (draw: Draw): string[] => ['/', '/health', `/slow?ms=1&id=${draw.token()}`];

/** Throws while a request is in flight, and waits until that request is answered. */
const failsInFlight = async (app: App, draw: Draw, { as = 'fault' } = {}): Promise<void> => {
  // Longer than the half second that is waited in the place of a drain.
  const takesMs = draw.lasting(700);
  app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
  await app.accepted('slow');
  app.post(faultPath('throw', draw.token()), { as });
  await app.says('error');
  app.stillOpen('slow');
  await app.answered('slow');
};

const because = {
  exitCode:
    'A supervisor reads the exit code and nothing else: 1 says that something went wrong and that it has to act.',
  errorLine:
    'After a crash the log is all that is left; an error without its message, or without a line of its own, is looked for in vain.',
  goesOn:
    'After an error that nobody expected, nobody knows what state the process is in; the only sure cure is a new one.',
};

const help = {
  exitCode:
    'A listener keeps Node from ending the process, so the end, and its code, become yours. Example 04-uncaught-exceptions.',
  errorLine:
    'Both kinds of error have an event of the process of their own, which hands over what was thrown. Example 04-uncaught-exceptions.',
};

/** Throws or rejects with each value that is no Error, each in a process of its own. */
const survivesValues = (how: 'throw' | 'reject', id: string, title: string): Scenario =>
  scenario(title, {
    id,
    point: 7,
    ipc: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      const [first, ...others] = valuesThatAreNoError;
      const message = draw.token();
      const strike = async (program: App, kind: string) => {
        await program.ready();
        program.post(faultPath(`${how}-value`, message, kind), { as: kind });
        await endsWithinItsLimit(program);
        await stage.collect('CRASH_DIR', program.name);
      };
      await Promise.all([
        strike(app, first),
        ...others.map((kind) =>
          strike(stage.startAgain({ app: kind, settings: { CRASH_DIR: `${message}/${kind}` } }), kind),
        ),
      ]);
    },
    expect: valuesThatAreNoError.flatMap((kind, index) => {
      const app = index === 0 ? undefined : kind;
      return [
        must(errorLine(kind, app).comes(), {
          because:
            'Libraries throw strings and objects, and sooner or later somebody throws undefined; the one crash whose log says nothing is the one that is never found.',
          help: 'What arrives may be anything: ask what it is before you read a property of it. Example 04-uncaught-exceptions.',
        }),
        must(errorLine(kind, app).hasKind(how === 'throw' ? 'uncaughtException' : 'unhandledRejection'), {
          because:
            'A handler that fails itself becomes an error of another kind, and its message tells of the handler and not of the cause.',
          help: 'null and undefined have no properties; reading one of them throws inside of the handler.',
        }),
        must(errorLine(kind, app).isTheOnlyOne(), {
          because:
            'An error handler that fails itself hides the error that it was called for, and may be called again for its own.',
          help: 'null and undefined have no properties; reading one of them throws inside of the handler.',
        }),
        must(crashReport(kind, app).isTheOnlyOne(), {
          because: 'Whoever reads the reports on Monday finds nothing of a crash whose error was no Error.',
          help: 'The report holds the same message as the log, whatever was thrown.',
        }),
        must(supervisor(app).isAskedOnceForARestart(kind), {
          because: 'To a supervisor it is the same, whether what was thrown was an Error.',
          help: 'Make one readable text of what was thrown, and use it wherever the error is told of.',
        }),
        must(exitOf(app ?? 'app').hasCode(1), {
          because:
            'Node ends with code 7 where the handler itself has thrown, and 7 says nothing of the cause.',
          help: 'The way out must not depend on what was thrown.',
        }),
      ];
    }),
  });

/** Fatal faults of every sort, each with the process of its own that it is played in. */
const fatalFaults: readonly FatalFault[] = [
  { fault: 'throw' },
  { fault: 'reject', app: 'rejecting' },
  { fault: 'throw-value', kind: 'string', app: 'throwing a string' },
  { fault: 'reject-value', kind: 'object', app: 'rejecting an object' },
];

interface FatalFault {
  readonly fault: string;
  /** What is thrown or rejected where it is no Error. */
  readonly kind?: string;
  /** The scenario's first program where it is left out. */
  readonly app?: string;
}

/** Plays each fatal fault in its own process, all at once. */
const strikesEach = async (
  { app, draw, stage }: { app: App; draw: Draw; stage: Stage },
  strike: (program: App, fatal: FatalFault) => Promise<void>,
): Promise<void> => {
  const programs = fatalFaults.map(({ app: name }) =>
    name === undefined ? app : stage.startAgain({ app: name, settings: { CRASH_DIR: draw.token() } }),
  );
  await Promise.all(fatalFaults.map((fatal, index) => strike(programs[index] as App, fatal)));
};

/** Plays the fatal faults with two secrets in each message, and whatever comes on top. */
const withSecrets = (
  id: string,
  title: string,
  claimOf: (fault: string, app?: string) => Claim,
  { besides, also = [] }: { besides?: Scenario['play']; also?: readonly Expectation[] } = {},
): Scenario =>
  scenario(title, {
    id,
    point: 14,
    ipc: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      const strikes = strikesEach({ app, draw, stage }, async (program, { fault, kind }) => {
        await program.ready();
        program.post(faultPath(fault, withTwoSecrets(draw), kind), { as: fault });
        await endsWithinItsLimit(program);
        await stage.collect('CRASH_DIR', program.name);
      });
      await Promise.all([strikes, besides?.(app, draw, stage)]);
    },
    expect: [...fatalFaults.map(({ fault, app }) => should(claimOf(fault, app), masking)), ...also],
  });

const withTwoSecrets = (draw: Draw) => `${draw.token()} password=${draw.token()} token=${draw.token()}`;

const masking = {
  because:
    'Error messages carry connection strings and URLs, and logs and reports are read, copied and kept by many more people than may know the secret.',
  help: 'The message is not the only place where the message stands: an error repeats it in the first line of its stack.',
};

export default grader('exercise-3', [
  scenario('the program gets ready on the port it was asked for, serves, and counts as healthy', {
    id: 'starts-and-serves',
    point: 1,
    ipc: true,
    settings: (draw) => ({ ...settings(draw), PORT: draw.integer(20_000, 32_000) }),
    async play(app) {
      await app.ready();
      app.get('/', { as: 'first' });
      await app.answered('first');
      app.get('/health', { as: 'health' });
      await app.answered('health');
    },
    expect: [
      must(ready.namesThePortAskedFor(), {
        because:
          'A platform chooses the port and waits for the service to take it; a service that does not is never sent a request.',
        help: 'The given code reads PORT and prints the line once it listens; keep both.',
        gate: true,
      }),
      must(answer('first').hasStatus(200), {
        because: 'A service that does not serve has nothing to recover.',
        help: 'The given code answers GET / with 200; keep what it does.',
        gate: true,
      }),
      must(answer('health').hasStatus(200), {
        because: 'A platform asks for the health before it sends the first request.',
        help: 'The given code answers GET /health with 200; keep that.',
      }),
      must(
        answer('health').hasField('status', '"healthy"', (value) => value === 'healthy'),
        {
          because: 'A service that nothing has happened to is well, and has to say so.',
          help: 'The brief, "Health".',
        },
      ),
    ],
  }),

  scenario('an uncaught exception is logged once, with message and stack', {
    id: 'logs-the-exception',
    point: 1,
    ipc: true,
    settings: shortLimit,
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      app.post(faultPath('throw', draw.token()), { as: 'fault' });
      await app.says('error');
      await endsWithinItsLimit(app);
    },
    expect: [
      must(errorLine('fault').comes(), { because: because.errorLine, help: help.errorLine, gate: true }),
      must(errorLine('fault').hasKind('uncaughtException'), {
        because:
          'Which kind it was decides where one looks: at a call that threw, or at a promise that nobody watched.',
        help: 'The brief names the two kinds.',
      }),
      must(errorLine('fault').carriesItsStack(), {
        because:
          'The message says what happened; the stack says where, and without it the search begins at nothing.',
        help: 'An Error has its stack with it; JSON.stringify leaves it out, because it is not an enumerable property.',
      }),
      must(errorLine('fault').isTheOnlyOne(), {
        because: 'Alarms count lines: one error that is logged twice looks like two.',
        help: 'Log where the decision is made, and only there.',
      }),
    ],
  }),

  scenario('an uncaught exception ends the program with exit code 1, a degraded one as well', {
    id: 'exits-with-1',
    point: 1,
    ipc: true,
    // Degraded for as long as the check lasts.
    settings: (draw) => ({ ...shortLimit(draw), DEGRADED_MS: 120_000 }),
    after: afterTheError,
    async play(app, draw) {
      await app.ready();
      app.post(faultPath('operational', draw.token()), { as: 'first fault' });
      await app.says('error');
      app.post(faultPath('throw', draw.token()), { as: 'fault' });
      await endsWithinItsLimit(app);
    },
    expect: [
      must(exit.hasCode(1), { because: `${because.goesOn} ${because.exitCode}`, help: help.exitCode }),
    ],
  }),

  scenario('the error carries its context: process, uptime and memory', {
    id: 'gives-the-context',
    point: 1,
    ipc: true,
    longest: true,
    settings,
    after: afterTheError,
    async play(app, draw, stage) {
      const early = stage.startAgain({ app: 'early', settings: { CRASH_DIR: draw.token() } });
      await Promise.all([app.ready(), early.ready()]);
      early.post(faultPath('throw', draw.token()), { as: 'early fault' });
      // Two whole seconds and more lie between the two, so that no one number is right for both, counted in whole ones.
      await app.leftAlone({ forMs: draw.integer(2_200, 2_800) });
      const takesMs = draw.lasting(300);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.sample();
      app.post(faultPath('throw', draw.token()), { as: 'fault' });
      await app.says('error');
      app.sample();
    },
    expect: [
      must(errorLine('fault').namesTheProcess(), {
        because: 'Where several instances write into one log, the pid says which of them it was.',
        help: 'The brief, "Event lines": context is an object of its own.',
      }),
      must(errorLine('early fault', 'early').tellsTheUptime(), {
        because:
          'An error in the first second is a bad start; one after three weeks is a leak. The uptime tells them apart.',
        help: 'In seconds, and of the process; less than one is a number, too.',
      }),
      must(errorLine('fault').tellsTheUptime(), {
        because:
          'An error in the first second is a bad start; one after three weeks is a leak. The uptime tells them apart.',
        help: 'In seconds, and of the process.',
      }),
      must(errorLine('fault').tellsTheMemory(), {
        because: 'The memory at the moment of the error is the first hint whether it was the cause.',
        help: 'Resident memory is what the operating system counts; it is given in bytes, and asked for in megabytes.',
      }),
    ],
  }),

  scenario('the request in flight is answered on the way out', {
    id: 'answers-in-flight',
    point: 2,
    ipc: true,
    settings,
    after: afterTheError,
    async play(app, draw) {
      await app.ready();
      const firstMs = draw.lasting(600);
      // Longer than the fixed wait that is put in the place of a drain: half a second, or a whole one.
      const takesMs = 2 * firstMs;
      app.get(`/slow?ms=${firstMs}&id=${draw.token()}`, { as: 'first', takesMs: firstMs });
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.post(faultPath('throw', draw.token()), { as: 'fault' });
      await app.says('error');
      app.stillOpen('first');
      await Promise.all([app.answered('first'), app.answered('slow')]);
      await endsWithinItsLimit(app);
    },
    expect: [
      must(answer('first').hasStatus(200), {
        because: 'One request has failed; there is no need that all others in the process fail with it.',
        help: 'Stop taking new work, let the open answers end, and only then end the process. Example 02-graceful-shutdown, "Connection draining".',
      }),
      must(answer('first').holdsItsOwn('id'), {
        because: 'An answer that was meant for somebody else is worse than none.',
        help: 'The request has to run to its end as if nothing had happened.',
      }),
      must(answer('slow').hasStatus(200), {
        because: 'Whoever asked for more work than the others waits longer, and waits as rightly as they do.',
        help: 'Stop taking new work, let the open answers end, and only then end the process. Example 02-graceful-shutdown, "Connection draining".',
      }),
      must(answer('slow').holdsItsOwn('id'), {
        because: 'Half an answer is worse than none, because it looks like one.',
        help: 'The request has to run to its end as if nothing had happened.',
      }),
      must(answer('slow').takesItsTime('ms'), {
        because: 'The route stands for work that takes time; without that time there is nothing to wait for.',
        help: 'GET /slow is given: it answers after ms milliseconds.',
      }),
      must(exit.hasCode(1), { because: because.exitCode, help: help.exitCode }),
    ],
  }),

  scenario('soon after the error no new connection gets a 200', {
    id: 'turns-newcomers-away',
    point: 2,
    ipc: true,
    settings,
    after: afterTheError,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(400);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.post(faultPath('throw', draw.token()), { as: 'fault' });
      await app.says('error');
      await app.turnsAway({ whileOpen: 'slow', since: 'error', paths: newcomersPaths(draw) });
    },
    expect: [
      must(newConnections.getNo200While('slow', { after: 'error' }), {
        because:
          'A process that has just failed in a way nobody foresaw must not take on more; who is turned away is served elsewhere.',
        help: 'Whatever a newcomer asks for, the health included. Closing a server stops it from listening at once; waiting for the open answers is a matter of its own.',
      }),
    ],
  }),

  scenario('the end comes within the limit, even where a request would take longer', {
    id: 'keeps-the-limit',
    point: 2,
    ipc: true,
    longest: true,
    settings: (draw) => ({
      ...settings(draw),
      SHUTDOWN_TIMEOUT_MS: clearOfTheDefault(draw.lasting(900), { upTo: 1_450 }),
    }),
    after: afterTheError,
    async play(app, draw, stage) {
      const hangsAtAnException = async (): Promise<void> => {
        await app.ready();
        const limitMs = app.setting('SHUTDOWN_TIMEOUT_MS');
        // So much of a limit that is counted from the start, and not from the error, is used up by then.
        await app.leftAlone({ forMs: draw.integer(Math.round(limitMs / 2), limitMs) });
        const takesMs = draw.integer(600_000, 900_000);
        const inTimeMs = Math.round(limitMs * 0.75);
        app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
        await app.accepted('slow');
        app.get(`/slow?ms=${inTimeMs}&id=${draw.token()}`, { as: 'in time', takesMs: inTimeMs });
        await app.accepted('in time');
        app.post(faultPath('throw', draw.token()), { as: 'fault' });
        await app.says('error');
        app.stillOpen('in time');
        await app.answered('in time');
        await endsWithinItsLimit(app);
        await stage.collect('CRASH_DIR');
      };
      const hangsAtARejection = async (program: App): Promise<void> => {
        await program.ready();
        program.get(`/slow?ms=${draw.integer(600_000, 900_000)}&id=${draw.token()}`, { as: 'slow, too' });
        await program.accepted('slow, too');
        program.post(faultPath('reject', draw.token()), { as: 'rejection' });
        await program.says('error');
        await endsWithinItsLimit(program);
      };
      const rejecting = stage.startAgain({ app: 'rejecting', settings: { CRASH_DIR: draw.token() } });
      await Promise.all([hangsAtAnException(), hangsAtARejection(rejecting)]);
    },
    expect: [
      must(answer('in time').hasStatus(200), {
        because:
          'The limit is what a client can count on: who needs less than it is answered, whatever others need.',
        help: 'The limit is counted from the error, whenever the program was started.',
      }),
      must(answer('in time').holdsItsOwn('id'), {
        because: 'Half an answer is worse than none, because it looks like one.',
        help: 'The request has to run to its end as if nothing had happened.',
      }),
      must(exit.hasCode(1), {
        because:
          'While a failed process waits for its slowest client, nobody starts a new one; a platform loses patience and kills it.',
        help: 'Something has to run when the time is over, whatever is still open. SHUTDOWN_TIMEOUT_MS is in milliseconds.',
      }),
      must(exitOf('rejecting').hasCode(1), {
        because: 'The end after a rejection can hang like any other, and then nobody starts a new process.',
        help: 'There is one way out, and both kinds of error lead to it, the limit included.',
      }),
      must(supervisor().isAskedOnceForARestart('fault'), {
        because:
          'An end that was forced needs a restart as much as one that was not, and is told of no other way.',
        help: 'What has to be said and written comes before what has to be waited for.',
      }),
      must(crashReport('fault').comes(), {
        because: 'The crash in which requests were lost is the one whose report is read first.',
        help: 'What has to be said and written comes before what has to be waited for.',
      }),
    ],
  }),

  scenario('the crash leaves one report, whole before the exit', {
    id: 'leaves-a-crash-report',
    point: 3,
    ipc: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      const crashes = async (program: App, as: string): Promise<void> => {
        // A message as errors of parsers have it, with what JSON has to write in another way.
        const message = `${draw.token()}"\\${draw.token()}"`;
        await program.ready();
        program.post(faultPath('throw', message), { as });
        await endsWithinItsLimit(program);
        await stage.collect('CRASH_DIR', program.name, { byDefault: 'crashes' });
      };
      const unset = stage.startAgain({ app: 'unset', settings: { CRASH_DIR: undefined } });
      await Promise.all([crashes(app, 'fault'), crashes(unset, 'fault by default')]);
    },
    expect: [
      must(crashReport('fault').isTheOnlyOne(), {
        because:
          'Logs are rotated and lost in the noise; the report is what is opened on Monday. Half of one, or two for one crash, lead astray.',
        help: 'The directory may not be there yet, and what is written asynchronously is lost where the exit comes first. Example 04-uncaught-exceptions.',
      }),
      must(crashReport('fault by default', 'unset').isTheOnlyOne(), {
        because:
          'The second program was started without CRASH_DIR. The crash that nobody has prepared for is the one whose report is missed most.',
        help: 'Each setting has a default; this one is a folder beside the service. The brief, "Settings".',
      }),
      must(crashReport('fault').hasKind('uncaughtException'), {
        because: 'Whoever reads the report has no log beside it.',
        help: 'The report holds what the error line holds, and the time.',
      }),
      must(crashReport('fault').carriesItsStack(), {
        because: 'Whoever reads the report has no log beside it.',
        help: 'An Error has its stack with it; JSON.stringify leaves it out, because it is not an enumerable property.',
      }),
      must(crashReport('fault').tellsTheTime(), {
        because: 'The time is what connects a report with a deploy, a graph or a complaint.',
        help: 'Anything that new Date reads will do.',
      }),
      must(crashReport('fault').tellsTheContext(), {
        because: 'The process that could be asked is gone; what it knew of itself has to be in the report.',
        help: 'The same context as in the error line.',
      }),
    ],
  }),

  scenario('the supervisor is told of the start, and asked for a restart before the end', {
    id: 'talks-to-its-supervisor',
    point: 4,
    ipc: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw) {
      await app.ready();
      app.post(faultPath('throw', draw.token()), { as: 'fault' });
      await endsWithinItsLimit(app);
    },
    expect: [
      must(supervisor().isToldThatItIsReady(), {
        because:
          'A supervisor sends traffic to a new process when it says that it is ready, not when it was started.',
        help: 'Once the server listens. Example 08-ipc-basics.',
      }),
      must(supervisor().isAskedOnceForARestart('fault'), {
        because:
          'Asked at the beginning of the end, a supervisor can start the next process while this one still answers; asked twice, it starts two.',
        help: 'An exit right after the message can lose it: the callback of send says when it has left. Example 08-ipc-basics.',
      }),
    ],
  }),

  scenario('without an IPC channel the same run ends the same way', {
    id: 'works-without-a-channel',
    point: 4,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      const failsAlone = async () => {
        await app.ready();
        app.post(faultPath('throw', draw.token()), { as: 'fault' });
        await endsWithinItsLimit(app);
        await stage.collect('CRASH_DIR');
      };
      // A program of its own, because the time that an answer takes hides what is not waited for.
      const failsWhileAsked = async (program: App) => {
        await program.ready();
        await failsInFlight(program, draw, { as: 'fault in flight' });
        await endsWithinItsLimit(program);
      };
      const asked = stage.startAgain({ app: 'asked', settings: settings(draw) });
      await Promise.all([failsAlone(), failsWhileAsked(asked)]);
    },
    expect: [
      must(eventLine('ready').comes(), {
        because:
          'The same program runs under systemd, in a container and in a terminal, and none of them has a channel.',
        help: 'process.send is there only where there is a channel.',
      }),
      must(errorLine('fault').comes(), {
        because: because.errorLine,
        help: 'process.send is there only where there is a channel.',
      }),
      must(errorLine('fault').isTheOnlyOne(), {
        because: because.errorLine,
        help: 'process.send is there only where there is a channel.',
      }),
      must(crashReport('fault').isTheOnlyOne(), {
        because: 'Where nobody listens, the report is the only word that is left.',
        help: 'process.send is there only where there is a channel.',
      }),
      must(answer('slow').hasStatus(200), {
        because: 'To those who wait for an answer it is the same, whether somebody supervises the process.',
        help: 'There is one way out; without a channel one thing on it is left out, and nothing else.',
      }),
      must(answer('slow').holdsItsOwn('id'), {
        because: 'Half an answer is worse than none, because it looks like one.',
        help: 'The request has to run to its end as if nothing had happened.',
      }),
      must(exit.hasCode(1), {
        because: because.exitCode,
        help: 'process.send is there only where there is a channel.',
      }),
      must(exitOf('asked').hasCode(1), {
        because: because.exitCode,
        help: 'process.send is there only where there is a channel.',
      }),
    ],
  }),

  scenario('an operational rejection degrades the service, which lives on and says so', {
    id: 'degrades',
    point: 5,
    ipc: true,
    // Degraded for as long as the check lasts.
    settings: (draw) => ({ ...shortLimit(draw), DEGRADED_MS: 120_000 }),
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      app.post(faultPath('operational', draw.token()), { as: 'fault' });
      await app.says('error');
      await app.says('degraded');
      await app.asksFor('/health', {
        as: 'health',
        accepts: (body) => /"status":\s*"degraded"/.test(body),
      });
    },
    expect: [
      must(errorLine('fault').comes(), {
        because:
          'That an error was expected does not make it unimportant: ten of them in a minute are an incident.',
        help: 'Operational errors are logged like the others; only what follows is different.',
      }),
      must(errorLine('fault').hasKind('unhandledRejection'), {
        because: 'Which kind it was decides where one looks.',
        help: 'The brief names the two kinds.',
      }),
      must(eventLine('degraded').comesOnce(), {
        because: 'The change of mode is the news; a dashboard draws it from this line.',
        help: 'Once, when the mode is entered.',
      }),
      must(answer('health').hasStatus(200), {
        because:
          'A service that still serves is alive; a platform that reads anything else kills it, and the trouble spreads.',
        help: 'Degraded is a state, not a failure: the status of the answer stays 200.',
      }),
      must(
        answer('health').hasField('status', '"degraded"', (value) => value === 'degraded'),
        {
          because: 'Whoever asks has to learn that the service is not what it should be.',
          help: 'The brief, "Health".',
        },
      ),
      must(
        answer('health').hasField(
          'errors',
          'a number, at least 1',
          (value) => typeof value === 'number' && value >= 1,
        ),
        {
          because: 'One error and a hundred are different stories.',
          help: 'The brief, "Health".',
        },
      ),
      must(supervisor().isNotAskedForARestart(), {
        because:
          'A dependency that fails for a second must not cost a restart, and a restart would not cure it.',
        help: 'Ask the reason whether it is operational before anything else.',
      }),
    ],
  }),

  scenario('the service recovers when DEGRADED_MS have passed without another error', {
    id: 'recovers',
    point: 5,
    ipc: true,
    longest: true,
    settings: (draw) => ({
      ...shortLimit(draw),
      DEGRADED_MS: clearOfTheDefault(draw.lasting(600), { upTo: 1_000 }),
    }),
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      app.post(faultPath('operational', draw.token()), { as: 'first fault' });
      await app.says('degraded');
      // Far enough from the first that a wait from there ends too early, and far from its end on a busy machine too.
      await app.leftAlone({ forMs: app.setting('DEGRADED_MS') / 4 });
      const message = draw.token();
      app.post(faultPath('operational', message), { as: 'second fault' });
      await app.saysWhere('error', `with the message ${message}`, ({ message: text }) =>
        String(text).includes(message),
      );
      app.stillWithin('DEGRADED_MS', { of: 'first fault' });
      await app.says('recovered-service', { afterMs: app.setting('DEGRADED_MS') });
      await app.asksFor('/health', { as: 'health', accepts: (body) => /"status":\s*"healthy"/.test(body) });
    },
    expect: [
      must(eventLine('degraded').comesOnce(), {
        because: 'Each line is an alarm; a service that is degraded already cannot become so.',
        help: 'The second error finds the service degraded and only makes it last longer.',
      }),
      must(eventLine('recovered-service').comesOnce(), {
        because: 'An alarm that is never taken back is switched off, and with it the next one.',
        help: 'When the time is over without another error, and without anybody asking.',
      }),
      must(recovery.waitsForQuiet('DEGRADED_MS', { since: 'second fault' }), {
        because: 'A service that fails every second is not well in between; only quiet is a sign of health.',
        help: 'The time counts from the last error: each new one begins it anew.',
      }),
      must(
        answer('health').hasField('status', '"healthy"', (value) => value === 'healthy'),
        {
          because: 'The line and the answer are read by different people, and have to say the same.',
          help: 'The brief, "Health".',
        },
      ),
    ],
  }),

  scenario('a service that has recovered can become degraded again', {
    id: 'degrades-again',
    point: 5,
    ipc: true,
    longest: true,
    settings: (draw) => ({ ...shortLimit(draw), DEGRADED_MS: draw.lasting(300) }),
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      app.post(faultPath('operational', draw.token()), { as: 'first fault' });
      await app.says('recovered-service', { afterMs: app.setting('DEGRADED_MS') });
      // It stays degraded until the answer has shown it, on a busy machine too.
      let isSeen = false;
      const keepsFailing = app.repeats(
        async () => {
          app.post(faultPath('operational', draw.token()), { as: 'further fault' });
          return isSeen;
        },
        { everyMs: app.setting('DEGRADED_MS') / 4, afterMs: app.setting('DEGRADED_MS') },
      );
      await app.asksFor('/health', {
        as: 'health',
        accepts: (body) => /"status":\s*"degraded"/.test(body),
      });
      isSeen = true;
      await keepsFailing;
      await app.saysTimes('recovered-service', { times: 2, afterMs: app.setting('DEGRADED_MS') });
    },
    expect: [
      must(eventLine('degraded').comesAgain(), {
        because:
          'The second bad hour of a day is as bad as the first, and nobody hears of it who waits for the line.',
        help: 'Each time that the mode is entered, also when it was entered and left before.',
      }),
      must(
        answer('health').hasField('status', '"degraded"', (value) => value === 'degraded'),
        {
          because: 'Whoever asks has to learn that the service is not what it should be, this time as well.',
          help: 'What belongs to the first time has to be gone when it is over.',
        },
      ),
      must(eventLine('recovered-service').comesAgain(), {
        because: 'An alarm that is never taken back is switched off, and with it the next one.',
        help: 'What belongs to the first time has to be gone when it is over.',
      }),
    ],
  }),

  scenario('any other unhandled rejection is as fatal as an exception', {
    id: 'rejections-are-fatal',
    point: 6,
    ipc: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      await app.ready();
      app.post(faultPath('reject', draw.token()), { as: 'fault' });
      await endsWithinItsLimit(app);
      await stage.collect('CRASH_DIR');
    },
    expect: [
      must(errorLine('fault').comes(), { because: because.errorLine, help: help.errorLine }),
      must(errorLine('fault').hasKind('unhandledRejection'), {
        because:
          'Which kind it was decides where one looks: at a call that threw, or at a promise that nobody watched.',
        help: 'The brief names the two kinds.',
      }),
      must(errorLine('fault').namesTheProcess(), {
        because: 'Where several instances write into one log, the pid says which of them it was.',
        help: 'The brief, "Event lines": every error has its context.',
      }),
      must(crashReport('fault').hasKind('unhandledRejection'), {
        because: 'Whoever reads the report has no log beside it.',
        help: 'The brief names the two kinds.',
      }),
      must(exit.hasCode(1), {
        because: `A listener that only logs switches off what Node does by itself. ${because.goesOn}`,
        help: 'What is not known to be harmless ends the process. Example 05-unhandled-rejections.',
      }),
    ],
  }),

  scenario('the end after a rejection is as orderly as after an exception', {
    id: 'rejections-end-in-order',
    point: 6,
    ipc: true,
    settings,
    after: afterTheError,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(1_100);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.post(faultPath('reject', draw.token()), { as: 'fault' });
      await app.says('error');
      await app.turnsAway({ whileOpen: 'slow', since: 'error', paths: newcomersPaths(draw) });
      app.stillOpen('slow');
      await app.answered('slow');
      await endsWithinItsLimit(app);
    },
    expect: [
      must(answer('slow').hasStatus(200), {
        because:
          'To those who wait for an answer it is the same, whether something was thrown in the process or rejected.',
        help: 'There is one way out, and both kinds of error lead to it.',
      }),
      must(newConnections.getNo200While('slow', { after: 'error' }), {
        because: 'A process that nobody knows the state of must not take on more, however it came to that.',
        help: 'There is one way out, and both kinds of error lead to it.',
      }),
      must(supervisor().isAskedOnceForARestart('fault'), {
        because: 'To a supervisor it is the same, whether something was thrown in the process or rejected.',
        help: 'There is one way out, and both kinds of error lead to it.',
      }),
    ],
  }),

  survivesValues(
    'throw',
    'thrown-values',
    'a thrown value that is no Error is logged readably, and ends the program',
  ),
  survivesValues(
    'reject',
    'rejected-values',
    'a rejection with a value that is no Error is logged readably, and ends the program',
  ),

  scenario('a second error during the end changes nothing', {
    id: 'second-error',
    point: 8,
    ipc: true,
    settings,
    after: afterTheError,
    async play(app, draw, stage) {
      await app.ready();
      const takesMs = draw.lasting(500);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.post(faultPath('throw-twice', draw.token()), { as: 'fault' });
      await app.says('error');
      app.stillOpen('slow');
      await endsWithinItsLimit(app);
      await stage.collect('CRASH_DIR');
    },
    expect: [
      must(exit.hasCode(1), {
        because:
          'What failed once fails again while the process goes down; an end that can be disturbed by that hangs when it matters.',
        help: 'The second error has to find out that the end has begun.',
      }),
      must(supervisor().isAskedOnceForARestart('fault'), {
        because: 'A supervisor that is asked twice starts two processes, on one port.',
        help: 'The second error has to find out that the end has begun.',
      }),
      must(crashReport('fault').comes(), {
        because: 'The first error is the cause; what comes after it is mostly its consequence.',
        help: 'The report of the first must not be overwritten by the second.',
      }),
    ],
  }),

  scenario('a CRASH_DIR that cannot be written neither hides the error nor holds the exit', {
    id: 'crash-dir-is-not-writable',
    point: 9,
    ipc: true,
    // A path below something that is no directory cannot be made by anybody, not even by root.
    settings: (draw) => ({
      CRASH_DIR: `/dev/null/${draw.token()}`,
      SHUTDOWN_TIMEOUT_MS: draw.lasting(9_000),
    }),
    after: afterTheError,
    async play(app, draw, stage) {
      const ends = (program: App) => program.gone({ afterMs: app.setting('SHUTDOWN_TIMEOUT_MS') / 3 });
      const hasNoFolder = async (): Promise<void> => {
        await app.ready();
        await failsInFlight(app, draw);
        await ends(app);
      };
      const hasAFullOne = async (program: App): Promise<void> => {
        await program.ready();
        program.post(faultPath('throw', draw.token()), { as: 'fault in full' });
        await program.says('error');
        await ends(program);
      };
      const full = stage.startAgain({ app: 'full', settings: { CRASH_DIR: fullFolder } });
      await Promise.all([hasNoFolder(), hasAFullOne(full)]);
    },
    expect: [
      must(eventLine('ready').comes(), {
        because: 'A full disk is the worst reason not to start.',
        help: 'Crash reports are a help, not a condition: what goes wrong with them is caught where it happens.',
      }),
      must(errorLine('fault').comes(), {
        because: 'A full disk and a crash like to come together; the log must not depend on the file.',
        help: 'Log first, and let the writing of the report fail by itself.',
      }),
      must(supervisor().isAskedOnceForARestart('fault'), {
        because:
          'Where no report can be left, the supervisor is the one who still hears why the process ended.',
        help: 'Each thing on the way out is tried, whether or not the one before it has failed.',
      }),
      must(answer('slow').hasStatus(200), {
        because: 'Those who wait for an answer have nothing to do with a full disk.',
        help: 'A report that fails leaves the rest of the way out as it is.',
      }),
      must(answer('slow').holdsItsOwn('id'), {
        because: 'Half an answer is worse than none, because it looks like one.',
        help: 'The request has to run to its end as if nothing had happened.',
      }),
      must(exit.hasCode(1), {
        because: 'Each second that a failed process holds on to is a second in which nobody serves.',
        help: 'A report that fails is done, too: whoever waits for it has to go on, with the same exit code.',
      }),
      must(errorLine('fault in full', 'full').comes(), {
        because:
          'A folder that is there may be full, or belong to somebody else, and the writing fails instead.',
        help: 'Each step of the report may fail, and each is caught.',
      }),
      must(exitOf('full').hasCode(1), {
        because:
          'A folder that is there may be full, or belong to somebody else, and the writing fails instead.',
        help: 'Each step of the report may fail, and each is caught.',
      }),
    ],
  }),

  scenario('started again after a crash, the program names it; a first start says nothing', {
    id: 'names-the-last-crash',
    point: 10,
    ipc: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      await app.ready();
      app.post(faultPath('throw', draw.token()), { as: 'fault' });
      await endsWithinItsLimit(app);
      const second = stage.startAgain({ app: 'second start' });
      await second.ready();
      await second.says('recovered');
    },
    expect: [
      must(eventLine('recovered').neverComes(), {
        because: 'Who says at each start that there was a crash is not believed when there was one.',
        help: 'Only where there is a report of the run before.',
      }),
      must(recovery.names('fault', { by: 'second start' }), {
        because:
          'A restart is so quick that nobody sees it; the line ties the new process to the reason why the old one went.',
        help: 'At the start, look into CRASH_DIR before anything else.',
      }),
    ],
  }),

  scenario('after a second crash the program names the second', {
    id: 'names-the-newest-crash',
    point: 10,
    ipc: true,
    longest: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      await app.ready();
      app.post(faultPath('throw', draw.token()), { as: 'first fault' });
      await endsWithinItsLimit(app);
      const second = stage.startAgain({ app: 'second start' });
      await second.ready();
      // Reports whose times are written in whole seconds can still be told apart.
      await second.leftAlone({ forMs: 1_100 });
      second.post(faultPath('reject', draw.token()), { as: 'second fault' });
      await endsWithinItsLimit(second);
      const third = stage.startAgain({ app: 'third start' });
      await third.ready();
      await third.says('recovered');
    },
    expect: [
      must(recovery.names('second fault', { by: 'third start' }), {
        because: 'A directory of crash reports grows; the one that matters is the one of the last run.',
        help: 'The order in which a directory lists its files means nothing: a report has a time.',
      }),
    ],
  }),

  scenario('SIGTERM is no crash: exit code 0, no restart request, no report', {
    id: 'stops-cleanly',
    point: 11,
    ipc: true,
    settings,
    after: afterTheStart,
    async play(app, draw, stage) {
      const stop = async (program: App) => {
        program.signal('SIGTERM');
        await program.gone();
      };
      const stopsHealthy = async () => {
        await app.ready();
        app.get('/', { as: 'first' });
        await app.answered('first');
        await stop(app);
        await stage.collect('CRASH_DIR');
      };
      const stopsDegraded = async (program: App) => {
        await program.ready();
        program.post(faultPath('operational', draw.token()), { as: 'fault' });
        // Whoever knows no such mode yet is stopped without it.
        await program.asksFor('/health', {
          as: 'health',
          accepts: (body) => /"status":\s*"degraded"/.test(body),
        });
        await stop(program);
      };
      // Degraded for much longer than the check lasts.
      const degraded = { CRASH_DIR: draw.token(), DEGRADED_MS: 600_000 };
      await Promise.all([
        stopsHealthy(),
        stopsDegraded(stage.startAgain({ app: 'degraded', settings: degraded })),
      ]);
    },
    expect: [
      must(exit.hasCode(0), {
        because:
          'Every deploy stops the service on purpose; an exit code that says otherwise wakes somebody up.',
        help: 'A signal without a listener has its default action, which for this one is death. Example 01-signal-basics.',
      }),
      must(exitOf('degraded').hasCodeAfterASignal(0), {
        because:
          'A service that is not quite well is often the one that is replaced, and a platform that waits in vain for its end kills it.',
        help: 'SIGTERM is no error in degraded mode either. Whatever is still planned for later keeps a process alive, although nobody needs it any more.',
      }),
      must(supervisor().isNotAskedForARestart(), {
        because: 'Who asks for a restart while being stopped is started again, for ever.',
        help: 'Two ways out: one that was asked for, and one that was not.',
      }),
      must(noCrashReport(), {
        because: 'A report of a crash that was none costs somebody the search for its cause.',
        help: 'Two ways out: one that was asked for, and one that was not.',
      }),
    ],
  }),

  scenario('in a burst of operational rejections each is logged, and the service still answers', {
    id: 'survives-a-burst',
    point: 12,
    ipc: true,
    settings: (draw) => ({ ...shortLimit(draw), DEGRADED_MS: draw.integer(400, 600) }),
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      for (const fault of burst) app.post(faultPath('operational', draw.token()), { as: fault });
      await Promise.all(burst.map((fault) => app.answered(fault)));
      await app.saysForEach('error', burst.length);
      app.get('/', { as: 'afterwards' });
      await app.answered('afterwards');
    },
    expect: [
      must(errorLines(burst).allCome(), {
        because:
          'When a dependency goes down, errors come by the dozen, and the one that differs is the one that matters.',
        help: 'Each rejection calls the listener once; none may be left out.',
      }),
      must(answer('afterwards').hasStatus(200), {
        because: 'A service that survives one error and falls over thirty does not survive.',
        help: 'What an operational error costs has to be little, and there is no number of them that is fatal.',
      }),
    ],
  }),

  scenario('the error names the request that caused it', {
    id: 'names-the-request',
    point: 13,
    ipc: true,
    settings: shortLimit,
    after: afterTheError,
    async play(app, draw, stage) {
      await strikesEach({ app, draw, stage }, async (program, { fault, kind }) => {
        await program.ready();
        program.post(faultPath(fault, draw.token(), kind), {
          as: fault,
          headers: { 'x-request-id': draw.token() },
        });
        await endsWithinItsLimit(program);
      });
    },
    expect: [
      should(errorLine('throw').namesItsRequest(), {
        because:
          'With the id of the request the error leads to the user, the input and all other lines of that request.',
        help: 'A timer does not know who started it, but Node can carry a value along. The manual, "Asynchronous context tracking".',
      }),
      should(errorLine('reject', 'rejecting').namesItsRequest(), {
        because:
          'With the id of the request the error leads to the user, the input and all other lines of that request.',
        help: 'A promise remembers the context in which it was made. The manual, "Asynchronous context tracking".',
      }),
      should(errorLine('throw-value', 'throwing a string').namesItsRequest(), {
        because: 'The stranger an error is, the more depends on knowing where it came from.',
        help: 'A string carries nothing but itself: the id has to come another way. The manual, "Asynchronous context tracking".',
      }),
      should(errorLine('reject-value', 'rejecting an object').namesItsRequest(), {
        because: 'The stranger an error is, the more depends on knowing where it came from.',
        help: 'The id belongs to the request, whatever the reason of the rejection is. The manual, "Asynchronous context tracking".',
      }),
    ],
  }),

  scenario('each of several requests at once is named by its own error', {
    id: 'names-each-request-of-many',
    point: 13,
    ipc: true,
    settings: (draw) => ({ ...shortLimit(draw), DEGRADED_MS: draw.integer(400, 600) }),
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      for (const fault of burst)
        app.post(faultPath('operational', draw.token()), {
          as: fault,
          headers: { 'x-request-id': draw.token() },
        });
      await Promise.all(burst.map((fault) => app.answered(fault)));
      await app.saysForEach('error', burst.length);
    },
    expect: [
      should(errorLines(burst).allNameTheirRequest(), {
        because:
          'An id that is wrong is worse than none: it leads to somebody who has nothing to do with it.',
        help: 'One variable for all requests holds the id of the last one. The manual, "Asynchronous context tracking".',
      }),
    ],
  }),

  withSecrets(
    'masks-the-log',
    'secrets in a message are masked in the log',
    (fault, app) => errorLine(fault, app).hidesTheSecrets(),
    {
      async besides(_app, draw, stage) {
        const livesOn = stage.startAgain({ app: 'living on', settings: { CRASH_DIR: draw.token() } });
        await livesOn.ready();
        livesOn.post(faultPath('operational', withTwoSecrets(draw)), { as: 'operational' });
        await livesOn.says('error');
      },
      also: [
        should(errorLine('operational', 'living on').hidesTheSecrets(), {
          because:
            'Errors that are expected are most often those of a connection, and its address is where the passwords stand.',
          help: 'What is logged goes one way, whether or not the program lives on.',
        }),
      ],
    },
  ),
  withSecrets('masks-the-report', 'secrets in a message are masked in the crash report', (fault, app) =>
    crashReport(fault, app).hidesTheSecrets(),
  ),
  withSecrets(
    'masks-the-restart-request',
    'secrets in a message are masked in the restart request',
    (fault, app) => supervisor(app).isToldNoSecretOf(fault),
  ),
]);
