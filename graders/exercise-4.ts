import {
  type App,
  anotherSnapshotIn,
  answer,
  asksUntil,
  asksWhile,
  asOne,
  blocks,
  type Claim,
  type Draw,
  eventLine,
  exit,
  exitOf,
  fieldOf,
  finalReport,
  grader,
  halfwayThroughASnapshot,
  healthReports,
  heapSnapshots,
  jsonOf,
  keepsUnderLoad,
  leak,
  must,
  newRequests,
  noteSnapshots,
  program,
  ready,
  reportedBlocks,
  resources,
  type Stage,
  scenario,
  should,
  snapshotIn,
  type Timeline,
  theLines,
  trueGrowthMBPerMinute,
  unlessStarved,
} from '#grader';

/** Long enough that no right program ever meets it. */
const noLimitInSight = 60_000;

/** What is asked first is certainly asked before the first sample. */
const noSampleInSight = 60_000;

/** As short as a trend can be judged; a program that gets little of a busy core takes its samples late, so there longer. */
const sampleMs = (draw: Draw): number => Math.min(200, draw.lasting(60));

/** Right designs of every kind were measured with windows of about half a second. */
const shortWindows = (draw: Draw) => ({
  SAMPLE_MS: sampleMs(draw),
  LEAK_WINDOW: 8,
  LEAK_GROWTH_MB: draw.integer(5, 7),
  // Garbage is collected in long steps on a busy machine, which is not what these scenarios ask about.
  BLOCK_THRESHOLD_MS: 30_000,
});

/**
 * So large that what a cache leaves in the young generation is small beside it: V8 keeps up to 16 MB there and moves them
 * to the old one later, and whoever leaves the young out sees a second step. Of 25 MB, 15 were seen to come late.
 */
const cacheInGrowths = { LEAK_GROWTH_MB: [16, 18], times: [6, 7] } as const;

/** A leak that is to be suspected; right designs saw this one within 1.4 to 4.2 windows. */
const timesTheGrowthOfALeak = 3.5;

/** A growth that is to be left alone. Samples that come late, on a busy machine, see a multiple of it in one window. */
const shareOfTheGrowthThatIsFine = 0.22;

/** A hundred times what is kept in the slow growth, and far less than one core can allocate. */
const churnMBPerSecond = [80, 140] as const;

const windowsUntilSuspicion = 10;

/** A machine that is busy has to be allowed more, but no program may be made to grow without end. */
const windowsThatLeak = 20;
const windowsWithoutSuspicion = 5;

/** So many that all of the slow growth together is more than LEAK_GROWTH_MB. */
const windowsOfSlowGrowth = 6;

/** Half of the true growth: what a line through noisy samples may miss. */
const shareOfTheTrueGrowth = 0.5;

/** Tables and reports are read some milliseconds apart; a wrong unit or a wrong figure is off by more than this. */
const memoryAgrees = (reportedMB: number, systemMB: number) =>
  Math.abs(reportedMB - systemMB) <= Math.max(5, 0.1 * systemMB);

/** A socket is one resource; with its timers and its parser it may count as three. */
const resourcesPerSocket = 3;

/** A watch that looks every 50 ms misses up to that much of a block; an idle machine adds some ten milliseconds. */
const nearness = { underMs: 60, overMs: 150 };

/** So near to the limit that both one after the other are far later than "soon" after it. */
const shareOfTheLimitToDeregister = 0.95;

/** The limit of that scenario is 1.2 times a "soon" or longer; two limits, or the limit and its phase, come to 1.95. */
const limitsUntilTheEnd = 1.85;

const afterTheStart = ['starts-and-serves'];
const afterSigterm = ['starts-and-serves', 'stops-on-sigterm'];
const afterBothSignals = [...afterSigterm, 'stops-on-sigint'];
const shutdownLines = ['shutdown.start', 'shutdown.forced', 'health.final'];
const diagnostics = 'diagnostics';

type Around = { app: App; stage: Stage };

const windowMsOf = (app: App): number => app.setting('SAMPLE_MS') * app.setting('LEAK_WINDOW');

/** Keeps memory again and again, `times` the growth of a window in each window. */
const leaks = (app: App, times: number): (() => void) =>
  keepsUnderLoad(app, {
    as: 'leak',
    perSecond: (times * app.setting('LEAK_GROWTH_MB') * 1024 * 1000) / windowMsOf(app),
    everyMs: app.setting('SAMPLE_MS') / 2,
    upTo: windowsThatLeak * times * app.setting('LEAK_GROWTH_MB') * 1024,
    path: (kb) => `/load/leak?kb=${kb}`,
  });

/** Asks for the report over several windows, and a moment more, whatever it says. */
const looksOn = async ({ app, stage }: Around, windows = windowsWithoutSuspicion): Promise<void> => {
  const forMs = windows * windowMsOf(app);
  const begunAtMs = stage.log.nowMs();
  await asksUntil({ app, stage }, '/health/report', {
    as: 'calm',
    everyMs: windowMsOf(app) / 2,
    afterMs: forMs,
    accepts: () => stage.log.nowMs() - begunAtMs > forMs,
  });
};

const noSuspicion = (because: string, help: string) => [
  must(eventLine('leak.suspected').neverComes(), { because, help }),
  must(
    healthReports('calm').stay('leak.suspected', 'not true', (value) => value !== true),
    { because, help },
  ),
];

/** A program that answers more slowly than it has to take samples has not taken them. */
const samplesOf = (asked: string, claim: Claim): Claim =>
  unlessStarved(claim, { asked, setting: 'SAMPLE_MS' });

const saysThat =
  (path: string, accepts: (value: unknown) => boolean) =>
  (seen: Parameters<typeof jsonOf>[0]): boolean =>
    accepts(fieldOf(jsonOf(seen), path));

const leastGrowth = (timeline: Timeline): number =>
  shareOfTheTrueGrowth * trueGrowthMBPerMinute(timeline, 'leak');
const isTrueGrowth = (value: unknown, timeline: Timeline): boolean => Number(value) >= leastGrowth(timeline);

const isCountOfBlocks = (value: unknown, timeline: Timeline): boolean =>
  value === reportedBlocks(timeline).count;

/** A report may round what a line does not. */
const isLongestBlock = (value: unknown, timeline: Timeline): boolean =>
  Math.abs(Number(value) - reportedBlocks(timeline).longestMs) <= 1;

const lastReportBefore = (end: string) => [
  must(eventLine('health.final').comes(), {
    because:
      'After the end nobody can ask any more; what the process last knew of itself explains why it ended.',
    help: 'Print the report once more when everything is over, whichever way it ended.',
  }),
  must(finalReport.isWhole(), {
    because: 'A last report that lacks the figures is of no use to whoever looks for the cause.',
    help: 'It is the same report, made by the same code. The brief, "Event lines".',
  }),
  must(theLines({ event: 'health.final' }, { event: end }).comeInOrder(), {
    because: `Whoever collects the log stops at "${end}"; what comes after may be lost with the process.`,
    help: 'The line that closes a shutdown is the last.',
  }),
];

const stopsOn = (signal: 'SIGTERM' | 'SIGINT', who: string) =>
  scenario(`${signal} ends the program cleanly, with the lines of a shutdown`, {
    id: `stops-on-${signal.toLowerCase()}`,
    point: 7,
    // Short, but the longest ones of the shutdown wait for it.
    ...(signal === 'SIGTERM' && { longest: true }),
    settings: () => ({ SHUTDOWN_TIMEOUT_MS: noLimitInSight }),
    after: afterTheStart,
    async play(app) {
      await app.ready();
      app.signal(signal);
      await app.gone();
    },
    expect: [
      must(exit.isNotByDefaultAction(), {
        because: `${who} A process without a listener is killed on the spot, with whatever it was doing.`,
        help: 'A signal without a listener has its default action, which for this one is death. Example 01-signal-basics, "Handling SIGTERM and SIGINT".',
        gate: true,
      }),
      must(eventLine('shutdown.start').comesOnce(), {
        because:
          'The line that a shutdown has begun, and why, is the first that an engineer looks for after a bad deploy.',
        help: 'Print it when the first signal arrives, before anything else. The brief, "Event lines".',
      }),
      must(
        eventLine('shutdown.start').has('signal', signal, (value) => value === signal),
        {
          because: 'A deploy and a Ctrl-C are different stories, and the log is where they are told apart.',
          help: 'A listener is called with the name of its signal.',
        },
      ),
      must(theLines({ event: 'shutdown.start' }, { event: 'shutdown.complete' }).comeInOrder(), {
        because: 'A log that ends without "complete" belongs to a process that was killed, or that hung.',
        help: 'Print it when the server has closed. The brief, "Event lines".',
      }),
      must(eventLine('shutdown.complete').comesOnce(), {
        because: 'Two ends in the log of one process leave open which of them was the end.',
        help: 'Only one way leads to the end, and it is walked once. The brief, "Event lines".',
      }),
      must(eventLine('shutdown.forced').neverComes(), {
        because: 'A forced end raises an alarm; after a clean one nobody should be woken.',
        help: 'The limit has nothing to say once everything has ended in time.',
      }),
      must(eventLine('shutdown.complete').isTheLastOf(shutdownLines), {
        because: 'Whoever reads "complete" believes that nothing is left to do.',
        help: 'Print it when everything has ended, not when the last step has begun.',
      }),
      must(exit.hasCode(0), {
        because:
          'A supervisor reads the exit code and nothing else: 0 says that the end was clean, everything else raises an alarm.',
        help: 'The timers of samples and beats must not hold the process, and the limit must not fire. Example 02-graceful-shutdown, "HTTP server graceful shutdown".',
      }),
    ],
  });

/** Two, because a histogram that was just reset may miss one. */
const blocksToSurvive = ['block 1', 'block 2'];
/** Over more than a sample of 300 ms, because a block may be noticed with the next sample only. */
const askedAfter = (block: string): string[] =>
  [1, 2, 3, 4, 5, 6].map((time) => `alive ${time} after ${block}`);

/** The first may be answered before the block, which begins after its own answer; the others certainly come after it. */
const isAskedAfterBlocks = async (program: App, draw: Draw): Promise<void> => {
  await program.ready();
  for (const block of blocksToSurvive) {
    const ms = draw.integer(200, 240);
    program.post(`/load/block?ms=${ms}`, { as: block });
    await program.answered(block);
    for (const name of askedAfter(block)) {
      program.get('/livez', { as: name, takesMs: ms });
      await program.answered(name);
      await program.leftAlone({ forMs: 60 });
    }
  }
};

const reportsAtOnce = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

export default grader('exercise-4', [
  scenario('the program gets ready, serves, and its probes answer 200', {
    id: 'starts-and-serves',
    point: 1,
    settings: (draw) => ({
      SHUTDOWN_TIMEOUT_MS: noLimitInSight,
      PORT: draw.integer(20_000, 32_000),
      SAMPLE_MS: noSampleInSight,
    }),
    async play(app) {
      await app.ready();
      for (const path of ['/', '/livez', '/readyz']) {
        app.get(path);
        await app.answered(path);
      }
    },
    expect: [
      must(ready.namesThePortAskedFor(), {
        because: 'A platform chooses the port and waits for the service to take it.',
        help: 'The given code reads PORT and prints the line once it listens; keep both.',
        gate: true,
      }),
      must(answer('/').hasStatus(200), {
        because: 'A service that does not serve has no health to report.',
        help: 'The given code answers GET / with 200; keep what it does.',
        gate: true,
      }),
      must(answer('/livez').hasStatus(200), {
        because: 'A platform restarts a process whose liveness probe fails, however well it serves.',
        help: 'Liveness says that the process can answer at all. Guide 03, "Liveness and readiness".',
      }),
      must(answer('/readyz').hasStatus(200), {
        because: 'A process that is not ready is sent no requests.',
        help: 'Readiness is given from the moment at which the server listens. Guide 03, "Liveness and readiness".',
      }),
    ],
  }),

  scenario('the report is whole from the first request on', {
    id: 'report-is-whole',
    point: 1,
    settings: () => ({ SAMPLE_MS: noSampleInSight }),
    after: afterTheStart,
    async play(app) {
      await app.ready();
      // Several at once, so that between two of them there may be no time at all to divide by.
      for (const as of reportsAtOnce) app.get('/health/report', { as });
      await Promise.all(reportsAtOnce.map((as) => app.answered(as)));
    },
    expect: [
      must(answer('first').hasStatus(200), {
        because: 'A dashboard asks as soon as the process is there, before the first sample was taken.',
        help: 'The report has to have an answer at any time.',
      }),
      ...reportsAtOnce.map((name) =>
        must(healthReports(name).areWhole(), {
          because:
            'A figure that is missing, or NaN and so null in JSON, breaks the graph and the alarm that are built on it.',
          help: 'Before the first sample there is nothing to average, and between two reports there may be none either: give every figure a beginning. Example 03-resource-monitoring.',
        }),
      ),
    ],
  }),

  scenario('resident memory agrees with the operating system, also after it grew', {
    id: 'resident-memory-agrees',
    point: 2,
    settings: () => ({ SAMPLE_MS: 100 }),
    after: afterTheStart,
    async play(app, draw, stage) {
      const accepts = (seen: Parameters<typeof jsonOf>[0], sample: { rssMB: number } | undefined): boolean =>
        memoryAgrees(Number(fieldOf(jsonOf(seen), 'memory.rssMB')), sample?.rssMB ?? Number.NaN);
      await app.ready();
      await asksUntil({ app, stage }, '/health/report', { as: 'before', sampling: true, accepts });
      app.post(`/load/cache?mb=${draw.integer(50, 70)}`, { as: 'cache' });
      await app.answered('cache');
      await app.idle();
      await asksUntil({ app, stage }, '/health/report', { as: 'grown', sampling: true, accepts });
    },
    expect: [
      must(healthReports('before').agreeOnMemory(memoryAgrees), {
        because:
          'Resident memory is what the platform counts, and what it kills for; the heap is only a part of it.',
        help: 'rssMB is the whole process, in units of 1024 * 1024 bytes. Example 03-resource-monitoring.',
      }),
      must(healthReports('grown').agreeOnMemory(memoryAgrees), {
        because: 'A figure that was read once says nothing about the process that runs now.',
        help: 'Read it for every report, or at least with every sample. Example 03-resource-monitoring.',
      }),
    ],
  }),

  scenario('the resources rise by the sockets that are opened, and fall again', {
    id: 'resources-follow-the-sockets',
    point: 2,
    settings: () => ({ SAMPLE_MS: 100 }),
    after: afterTheStart,
    async play(app, draw, stage) {
      const sockets = draw.integer(20, 40);
      const total = 'resources.total';
      const before = { total: 0 };
      await app.ready();
      await asksUntil({ app, stage }, '/health/report', {
        as: 'before',
        accepts: saysThat(total, (value) => {
          before.total = Number(value);
          return Number.isFinite(before.total);
        }),
      });
      // All at once: one after another takes so long on a busy machine that Node drops the first for its silence.
      await Promise.all(Array.from({ length: sockets }, () => app.connect('socket')));
      await asksUntil({ app, stage }, '/health/report', {
        as: 'open',
        accepts: saysThat(total, (value) => Number(value) >= before.total + sockets),
      });
      app.dropClients();
      await asksUntil({ app, stage }, '/health/report', {
        as: 'closed',
        accepts: saysThat(total, (value) => Number(value) < before.total + sockets / 2),
      });
    },
    expect: [
      must(resources.followTheSockets({ sockets: 'socket', perSocket: resourcesPerSocket }), {
        because:
          'Sockets that are never let go end in "too many open files", days after the mistake was deployed.',
        help: 'Node knows what keeps its loop busy, by type; count it for each report. Example 03-resource-monitoring.',
      }),
    ],
  }),

  scenario('a steady leak is suspected while it still leaks', {
    id: 'suspects-a-steady-leak',
    point: 3,
    longest: true,
    settings: shortWindows,
    after: afterTheStart,
    async play(app, _draw, stage) {
      await app.ready();
      const stop = leaks(app, timesTheGrowthOfALeak);
      const afterMs = windowsUntilSuspicion * windowMsOf(app);
      await Promise.all([
        app.says('leak.suspected', { afterMs }),
        // Asked from the beginning and with each sample: on a slow machine the leak may be over soon after the line, and
        // a suspicion that comes and goes is one.
        asksUntil({ app, stage }, '/health/report', {
          as: 'leaking',
          everyMs: app.setting('SAMPLE_MS'),
          afterMs,
          accepts: (seen) =>
            saysThat('leak.suspected', (value) => value === true)(seen) &&
            saysThat('status', (value) => value === 'degraded')(seen) &&
            saysThat('leak.growthMBPerMinute', (value) => isTrueGrowth(value, stage.log.timeline(0)))(seen),
        }),
      ]);
      stop();
    },
    expect: [
      must(samplesOf('leaking', eventLine('leak.suspected').comes()), {
        because: 'A leak is silent until the process is killed for it; the log has to say so hours before.',
        help: 'Judge the trend over the last LEAK_WINDOW samples against LEAK_GROWTH_MB. Guide 03, "Leaks".',
      }),
      must(leak.isToldInFigures(), {
        because: 'How fast it grows says whether there are minutes or weeks left to act.',
        help: 'Both figures are in MB, and a suspicion has both. The brief, "Event lines".',
      }),
      must(
        samplesOf(
          'leaking',
          healthReports('leaking').come('leak.suspected', 'true', (value) => value === true),
        ),
        {
          because: 'A dashboard asks for the report and reads no log; both have to tell the same story.',
          help: 'What the line and what the report say comes from one state.',
        },
      ),
      must(
        samplesOf(
          'leaking',
          healthReports('leaking').come(
            'leak.growthMBPerMinute',
            'at least half of what truly leaks',
            isTrueGrowth,
            leastGrowth,
          ),
        ),
        {
          because:
            'Whoever reads the figure works out when the process dies; one that is far too small costs the night.',
          help: 'Growth over the time in which it grew, a minute having 60000 ms. Guide 03, "Leaks".',
        },
      ),
      must(
        samplesOf(
          'leaking',
          healthReports('leaking').come('status', 'degraded', (value) => value === 'degraded'),
        ),
        {
          because: 'The one word that is looked at first has to know what the figures know.',
          help: 'A suspected leak makes a healthy status degraded. The brief, "The report".',
        },
      ),
    ],
  }),

  scenario('at rest nothing is suspected', {
    id: 'calm-at-rest',
    point: 4,
    longest: true,
    settings: shortWindows,
    after: afterTheStart,
    async play(app, _draw, stage) {
      await app.ready();
      await looksOn({ app, stage });
    },
    expect: noSuspicion(
      'An alarm that rings at rest is switched off, and then it is off when it is needed.',
      'Compare the growth over a whole window with LEAK_GROWTH_MB, and count bytes as bytes. Guide 03, "Leaks".',
    ),
  }),

  scenario('garbage that is made and dropped is no leak', {
    id: 'calm-under-churn',
    point: 4,
    longest: true,
    settings: shortWindows,
    after: afterTheStart,
    async play(app, draw, stage) {
      await app.ready();
      const stop = keepsUnderLoad(app, {
        as: 'churn',
        perSecond: draw.integer(...churnMBPerSecond),
        everyMs: app.setting('SAMPLE_MS') / 2,
        path: (mb) => `/load/churn?mb=${mb}`,
      });
      await looksOn({ app, stage });
      stop();
    },
    expect: noSuspicion(
      'Every busy service makes garbage all day long; what counts is what is still there after a collection.',
      'The heap rises between two collections and falls with each: look at what stays. Guide 03, "Leaks".',
    ),
  }),

  scenario('a cache that grew once and stays is no leak', {
    id: 'calm-after-a-cache',
    point: 4,
    longest: true,
    settings: (draw) => ({
      ...shortWindows(draw),
      LEAK_GROWTH_MB: draw.integer(...cacheInGrowths.LEAK_GROWTH_MB),
    }),
    after: afterTheStart,
    async play(app, draw, stage) {
      await app.ready();
      // The first samples are those of a small heap, as with a cache that is filled some time after the start.
      await app.leftAlone({ forMs: windowMsOf(app) });
      app.post(`/load/cache?mb=${app.setting('LEAK_GROWTH_MB') * draw.integer(...cacheInGrowths.times)}`, {
        as: 'cache',
      });
      await looksOn({ app, stage });
    },
    expect: noSuspicion(
      'A cache that warms up grows as fast as a leak, and then stops; restarting for it only makes it cold again.',
      'One step is not a trend: a leak grows in every part of what you look at. Guide 03, "Leaks".',
    ),
  }),

  scenario('growth well below LEAK_GROWTH_MB a window is left alone', {
    id: 'calm-under-slow-growth',
    point: 4,
    longest: true,
    // Of its own, so that a window grows by more than the default allows: who never asks for the setting finds a leak.
    settings: (draw) => ({ ...shortWindows(draw), LEAK_GROWTH_MB: draw.integer(64, 68) }),
    after: afterTheStart,
    async play(app, _draw, stage) {
      await app.ready();
      const stop = leaks(app, shareOfTheGrowthThatIsFine);
      await looksOn({ app, stage }, windowsOfSlowGrowth);
      stop();
    },
    expect: noSuspicion(
      'Where to begin to worry is decided by whoever runs the service, and the setting is how they say it.',
      'Rising is not enough: by how much, over one window, is the question. The brief, "Settings".',
    ),
  }),

  scenario('each block of the loop is reported once, with about its length', {
    id: 'reports-each-block',
    point: 5,
    longest: true,
    settings: (draw) => ({ BLOCK_THRESHOLD_MS: draw.integer(110, 160), SAMPLE_MS: 400 }),
    after: afterTheStart,
    async play(app, draw, stage) {
      await app.ready();
      await app.leftAlone({ forMs: app.setting('SAMPLE_MS') });
      for (const [index, ms] of [
        draw.integer(400, 460),
        draw.integer(520, 580),
        draw.integer(300, 350),
      ].entries()) {
        app.post(`/load/block?ms=${ms}`, { as: `block ${index + 1}` });
        await app.answered(`block ${index + 1}`);
        await asksUntil({ app, stage }, '/health/report', {
          as: `after ${index + 1}`,
          afterMs: ms,
          needed: 'reported that block',
          accepts: () => reportedBlocks(stage.log.timeline(0)).count > index,
        });
        // Whoever reports a block again with each sample does it now, and the next begins long before a sample is due.
        await app.leftAlone({ forMs: 1.1 * app.setting('SAMPLE_MS') });
      }
      await asksUntil({ app, stage }, '/health/report', {
        as: 'blocks',
        accepts: saysThat('blocks.count', (value) => isCountOfBlocks(value, stage.log.timeline(0))),
      });
    },
    expect: [
      must(blocks('block').areReportedOnce(nearness), {
        because:
          'While the loop is blocked nobody is served, and an average over the sample hides it; how long and how often is what leads to the cause.',
        help: 'A timer that comes late tells by how much. A histogram that is reset is blind until its next tick. Example 07-performance-monitoring.',
      }),
      must(
        healthReports('blocks').come(
          'blocks.count',
          'the number of blocks that were reported',
          isCountOfBlocks,
          (timeline) => reportedBlocks(timeline).count,
        ),
        {
          because: 'Who asks for the report later has not seen the lines.',
          help: 'Count where you print.',
        },
      ),
      must(
        healthReports('blocks').come(
          'blocks.longestMs',
          'the longest of them',
          isLongestBlock,
          (timeline) => reportedBlocks(timeline).longestMs,
        ),
        {
          because: 'The longest block is the longest time that a user waited for nothing.',
          help: 'Keep the greatest of all durations since the start.',
        },
      ),
    ],
  }),

  scenario('no block is reported at rest, nor one well below the threshold', {
    id: 'no-blocks-below-the-threshold',
    point: 5,
    longest: true,
    settings: (draw) => ({ BLOCK_THRESHOLD_MS: draw.lasting(380), SAMPLE_MS: 250 }),
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      await app.leftAlone({ forMs: 3 * app.setting('SAMPLE_MS') });
      for (let count = 1; count <= 3; count += 1) {
        const ms = Math.round((app.setting('BLOCK_THRESHOLD_MS') * draw.integer(25, 40)) / 100);
        app.post(`/load/block?ms=${ms}`, { as: `short ${count}` });
        await app.leftAlone({ forMs: 1.2 * app.setting('SAMPLE_MS') + ms });
      }
      app.get('/health/report', { as: 'report' });
      await app.answered('report');
    },
    expect: [
      must(blocks('short').areNotReported(), {
        because:
          'Every program holds the loop for some milliseconds all the time; the threshold says from where on it matters.',
        help: 'Milliseconds are compared with milliseconds: the histogram counts nanoseconds, and its own resolution is in every figure. Example 07-performance-monitoring.',
      }),
    ],
  }),

  scenario('a degraded process is still alive', {
    id: 'degraded-and-alive',
    point: 6,
    longest: true,
    settings: shortWindows,
    after: afterTheStart,
    async play(app, draw, stage) {
      const isAskedWhileItLeaks = async (): Promise<void> => {
        await app.ready();
        const stop = leaks(app, timesTheGrowthOfALeak);
        await asksUntil({ app, stage }, '/health/report', {
          as: 'report',
          everyMs: app.setting('SAMPLE_MS'),
          afterMs: windowsUntilSuspicion * windowMsOf(app),
          needed: 'said that it is degraded',
          accepts: saysThat('status', (value) => value === 'degraded'),
        });
        for (const name of ['alive', 'alive again']) {
          app.get('/livez', { as: name });
          await app.answered(name);
        }
        // A suspicion may come and go with each sample; the signal is to meet it, and need not.
        await asksUntil({ app, stage }, '/health/report', {
          as: 'still degraded',
          accepts: saysThat('status', (value) => value === 'degraded'),
        });
        stop();
        // One that has ended itself over its suspicion is not sent a signal, which would excuse it.
        if (app.isOver) return;
        app.signal('SIGINT');
        // That it ends is another check's matter.
        await app.repeats(() => app.isOver);
      };
      const blocked = stage.startAgain({
        app: 'blocked',
        settings: { SAMPLE_MS: 300, BLOCK_THRESHOLD_MS: draw.integer(100, 140) },
      });
      await Promise.all([isAskedWhileItLeaks(), isAskedAfterBlocks(blocked, draw)]);
    },
    expect: [
      must(program.keepsRunning(), {
        because:
          'A process that ends itself over a suspicion drops every request in flight, and the next one leaks as well.',
        help: 'Tell of it, and let whoever runs the service decide. Guide 03, "Leaks".',
      }),
      must(
        asOne(
          'each request for /livez after a block is answered with status 200',
          blocksToSurvive.flatMap(askedAfter).map((name) => answer(name).hasStatus(200)),
        ),
        {
          because:
            'A block that is over cost its time; a platform that is told "not alive" for it kills the process on top, with every request that has waited.',
          help: 'Whoever can answer is alive. That the loop was blocked belongs into the report. Guide 03, "Liveness and readiness".',
        },
      ),
      ...['alive', 'alive again'].map((name) =>
        must(samplesOf('report', answer(name).hasStatus(200)), {
          because:
            'A platform that is told "not alive" kills the process at once, with every request in flight, and the next one leaks as well.',
          help: 'Liveness asks whether the process can answer; what it should do about its memory is another question. Guide 03, "Liveness and readiness".',
        }),
      ),
      must(finalReport.isNotDegraded(), {
        because:
          'Whoever reads the last report wants to know that the process was leaving when it was written.',
        help: 'A status is one word, and the shutdown comes before everything else that it could tell. The brief, "The report".',
      }),
    ],
  }),

  stopsOn('SIGTERM', 'Every deploy, every scale-down and every "docker stop" begins with SIGTERM.'),
  stopsOn('SIGINT', 'Ctrl-C in a terminal sends SIGINT, and so do some process managers.'),

  scenario('while it waits to be deregistered it is not ready, and still serves', {
    id: 'serves-until-deregistered',
    point: 7,
    settings: (draw) => ({ DEREGISTER_MS: draw.lasting(900), SHUTDOWN_TIMEOUT_MS: noLimitInSight }),
    after: afterBothSignals,
    async play(app, draw, stage) {
      const second = stage.startAgain({ app: 'second' });
      const leaves = async (program: App, signal: NodeJS.Signals, prefix: string): Promise<void> => {
        await program.ready();
        program.get('/', { as: `${prefix}before` });
        program.signal(signal);
        const forMs = program.setting('DEREGISTER_MS');
        await program.says('shutdown.start');
        program.stillWithin('DEREGISTER_MS', { of: `${prefix}before`, share: 0.5 });
        // Served as well is who comes late and takes longer than the time that is left.
        const takesMs = Math.round(forMs * 1.25);
        const late = `/slow?ms=${takesMs}&id=${draw.token()}`;
        program.get(late, { as: `${prefix}latecomer`, takesMs });
        await asksWhile(
          { app: program, stage },
          { [`${prefix}newcomer`]: '/', [`${prefix}readiness`]: '/readyz' },
          { forMs, everyMs: forMs / 12 },
        );
        await program.gone({ afterMs: forMs });
      };
      await Promise.all([leaves(app, 'SIGTERM', ''), leaves(second, 'SIGINT', 'SIGINT ')]);
    },
    expect: [
      { prefix: '', name: 'app' },
      { prefix: 'SIGINT ', name: 'second' },
    ].flatMap(({ prefix, name }) => [
      must(newRequests(`${prefix}readiness`, name).turnTo(503, { setting: 'DEREGISTER_MS' }), {
        because: 'A load balancer takes an instance out when its readiness fails, and not before.',
        help: 'Readiness is the first thing that changes when the signal comes. Guide 02, "Deregistration".',
      }),
      must(newRequests(`${prefix}newcomer`, name).areServedFor('DEREGISTER_MS'), {
        because:
          'Between the signal and the moment at which the load balancer has noticed, it still sends requests; refusing them is an error that users see.',
        help: 'Go on listening for DEREGISTER_MS, and close the server after that. Guide 02, "Deregistration".',
      }),
      must(answer(`${prefix}latecomer`).hasStatus(200), {
        because:
          'Who is let in while the service deregisters is a user like the others, and is dropped like nobody else when only the requests of before are waited for.',
        help: 'What is in flight when the server closes is waited for, whenever it came.',
      }),
      must(exitOf(name).hasCode(0), {
        because: 'When nobody sends requests any more, the end is a clean one.',
        help: 'After DEREGISTER_MS the server is closed, and the program ends by itself.',
      }),
    ]),
  }),

  scenario('on a connection that is open, readiness turns 503 as well, or the connection is closed', {
    id: 'unready-on-an-open-connection',
    point: 7,
    settings: () => ({ DEREGISTER_MS: 0, SHUTDOWN_TIMEOUT_MS: noLimitInSight }),
    after: afterSigterm,
    async play(app, draw, stage) {
      await app.ready();
      app.get('/readyz', { as: 'earlier', on: 'open' });
      await app.answered('earlier');
      const takesMs = draw.lasting(500);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      await asksWhile(
        { app, stage },
        { readiness: '/readyz' },
        { forMs: takesMs, everyMs: takesMs / 12, on: 'open', whileOpen: 'slow' },
      );
    },
    expect: [
      must(newRequests('readiness').turnTo(503, { whileOpen: 'slow', orClosed: true }), {
        because:
          'A load balancer keeps its connections; one that goes on answering 200 on them is never taken out.',
        help: 'The state is one for all connections, old and new. Guide 02, "Deregistration".',
      }),
    ],
  }),

  scenario('a request in flight at the signal is answered in full', {
    id: 'answers-in-flight',
    point: 7,
    settings: (draw) => ({ DEREGISTER_MS: draw.integer(50, 120), SHUTDOWN_TIMEOUT_MS: noLimitInSight }),
    after: afterBothSignals,
    async play(app, draw, stage) {
      const second = stage.startAgain({ app: 'second' });
      const stops = async (
        program: App,
        signal: NodeJS.Signals,
        as: string,
        takesMs: number,
      ): Promise<void> => {
        const path = `/slow?ms=${takesMs}&id=${draw.token()}`;
        await program.ready();
        program.get(path, { as, takesMs });
        await program.accepted(as);
        program.signal(signal);
        program.stillInFlight(as);
        await program.answered(as);
        await program.gone();
      };
      await Promise.all([
        stops(app, 'SIGTERM', 'slow', draw.lasting(500)),
        stops(second, 'SIGINT', 'slow at SIGINT', draw.lasting(500)),
      ]);
    },
    expect: [
      must(answer('slow').hasStatus(200), {
        because: 'Every deploy sends SIGTERM; a request that is cut off by it is an error that a user sees.',
        help: 'Closing a server waits for its open requests, if it is let. Example 02-graceful-shutdown, "Connection draining".',
      }),
      must(answer('slow at SIGINT').hasStatus(200), {
        because: 'Some process managers stop a service with SIGINT, and its users are the same.',
        help: 'Both signals mean the same shutdown.',
      }),
      must(answer('slow').holdsItsOwn('id'), {
        because: 'Half an answer is worse than none, because it looks like one.',
        help: 'The request has to run to its end as if nothing had happened. Example 02-graceful-shutdown, "Connection draining".',
      }),
      must(exit.hasCode(0), {
        because: 'A shutdown that answered everybody was clean, and its exit code has to say so.',
        help: 'The exit belongs after the last answer. Example 02-graceful-shutdown, "Connection draining".',
      }),
    ],
  }),

  scenario('a request that never ends is given up at the limit, not before', {
    id: 'forces-the-exit-at-the-limit',
    point: 8,
    longest: true,
    settings: (draw) => ({ SHUTDOWN_TIMEOUT_MS: draw.lasting(700), DEREGISTER_MS: draw.integer(100, 200) }),
    after: afterSigterm,
    async play(app) {
      await app.ready();
      app.get('/hang', { as: 'hang' });
      await app.accepted('hang');
      app.signal('SIGTERM');
      await app.gone({ afterMs: app.setting('SHUTDOWN_TIMEOUT_MS') });
    },
    expect: [
      must(eventLine('shutdown.forced').comes(), {
        because:
          'A forced end drops somebody; the log has to say that it was one, or the loss is never looked into.',
        help: 'Print it at the moment when the limit runs out. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
      must(eventLine('shutdown.complete').neverComes(), {
        because:
          'A log that says "complete" where somebody was dropped is believed, and the loss is never looked into.',
        help: 'What is closed by force ends as well; whoever waits for that end must not take it for a clean one.',
      }),
      must(eventLine('shutdown.forced').doesNotComeBeforeTheLimit('SHUTDOWN_TIMEOUT_MS'), {
        because:
          'Time that was granted is time in which requests are still answered; giving up early drops them for nothing.',
        help: 'SHUTDOWN_TIMEOUT_MS is the whole limit, counted from the signal.',
      }),
      must(exit.isNotBeforeTheLimit('SHUTDOWN_TIMEOUT_MS'), {
        because:
          'Time that was granted is time in which requests are still answered; giving up early drops them for nothing.',
        help: 'SHUTDOWN_TIMEOUT_MS is the whole limit, counted from the signal.',
      }),
      must(exit.hasCode(1), {
        because:
          'After its own patience a platform sends SIGKILL, and then nothing is logged at all; an end at the limit comes first, and says by its code that it was not clean.',
        help: 'Something has to run when the time is over, whatever else is waited for. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
    ],
  }),

  scenario('the time to be deregistered lies within the limit', {
    id: 'deregisters-within-the-limit',
    point: 8,
    longest: true,
    // The limit is longer than "soon", so that one which begins anew with a phase is not taken for a slow machine.
    settings: (draw) => ({ SHUTDOWN_TIMEOUT_MS: draw.lasting(2_400), DEREGISTER_MS: noLimitInSight }),
    after: afterBothSignals,
    async play(app, _draw, stage) {
      const limitMs = app.setting('SHUTDOWN_TIMEOUT_MS');
      const second = stage.startAgain({
        app: 'second',
        settings: { DEREGISTER_MS: Math.round(shareOfTheLimitToDeregister * limitMs) },
      });
      const ends = async (program: App): Promise<void> => {
        await program.ready();
        program.get('/hang', { as: `hang of ${program.name}` });
        await program.accepted(`hang of ${program.name}`);
        program.signal(program === app ? 'SIGTERM' : 'SIGINT');
        await program.gone({ afterMs: limitMs });
      };
      await Promise.all([ends(app), ends(second)]);
    },
    expect: [exit, exitOf('second')].flatMap((end) => [
      must(end.hasCode(1), {
        because:
          'A platform counts from its own signal and knows nothing of phases; a limit that begins later ends in SIGKILL.',
        help: 'The limit is set when the signal comes, before anything is waited for. The brief, "Settings".',
      }),
      must(end.isNotBeforeTheLimit('SHUTDOWN_TIMEOUT_MS'), {
        because:
          'Time that was granted is time in which requests are still answered; giving up early drops them for nothing.',
        help: 'SHUTDOWN_TIMEOUT_MS is the whole limit, counted from the signal.',
      }),
      must(end.isBefore('SHUTDOWN_TIMEOUT_MS', { times: limitsUntilTheEnd }), {
        because:
          'Phases that each have the whole limit take a multiple of it, and the platform waits for one.',
        help: 'One limit for everything, which no phase sets anew. The brief, "Settings".',
      }),
    ]),
  }),

  scenario('a clean end leaves a last report behind', {
    id: 'last-report-of-a-clean-end',
    point: 9,
    settings: () => ({ SHUTDOWN_TIMEOUT_MS: noLimitInSight, SAMPLE_MS: 100 }),
    after: afterSigterm,
    async play(app) {
      await app.ready();
      // After some samples, so that it is the last report which is judged, and not the first.
      await app.leftAlone({ forMs: 3 * app.setting('SAMPLE_MS') });
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: lastReportBefore('shutdown.complete'),
  }),

  scenario('a forced end leaves a last report behind', {
    id: 'last-report-of-a-forced-end',
    point: 9,
    settings: (draw) => ({ SHUTDOWN_TIMEOUT_MS: draw.lasting(400), SAMPLE_MS: 100 }),
    after: afterSigterm,
    async play(app) {
      await app.ready();
      app.get('/hang', { as: 'hang' });
      await app.accepted('hang');
      await app.leftAlone({ forMs: 3 * app.setting('SAMPLE_MS') });
      app.signal('SIGTERM');
      await app.gone({ afterMs: app.setting('SHUTDOWN_TIMEOUT_MS') });
    },
    expect: lastReportBefore('shutdown.forced'),
  }),

  scenario('SIGUSR2 writes a heap snapshot, and the service goes on', {
    id: 'writes-a-heap-snapshot',
    point: 10,
    folders: [diagnostics],
    settings: () => ({ DIAG_DIR: diagnostics, SHUTDOWN_TIMEOUT_MS: noLimitInSight }),
    after: afterTheStart,
    async play(app, draw, stage) {
      await app.ready();
      app.signal('SIGUSR2');
      await snapshotIn(diagnostics, { app, stage });
      app.get('/', { as: 'later' });
      await app.answered('later');
      // Whoever signals while the first is still being put away need not get another.
      await app.idle();
      await app.leftAlone({ forMs: draw.lasting(150) });
      // Longer than one takes, or its own signals would be what comes while it is written.
      await anotherSnapshotIn(diagnostics, { app, stage, askEveryMs: draw.lasting(700) });
    },
    expect: [
      should(heapSnapshots.isWritten(), {
        because: 'What holds the memory is seen in a snapshot of the process that leaks, and nowhere else.',
        help: 'Node writes one itself, into the file that it is given. Guide 03, "Heap snapshots".',
      }),
      should(answer('later').hasStatus(200), {
        because: 'Whoever asks for a snapshot in production wants to know more, not to lose the process.',
        help: 'A listener for the signal replaces its default action, which is death.',
      }),
      should(heapSnapshots.isWrittenAgain(), {
        because: 'A leak is found by laying two snapshots side by side, and not in one alone.',
        help: 'What was set when the writing began has to be set back when it ends, well or badly.',
      }),
    ],
  }),

  scenario('signals that come while a snapshot is written cause no other', {
    id: 'one-snapshot-at-a-time',
    point: 11,
    folders: [diagnostics],
    settings: () => ({ DIAG_DIR: diagnostics, SHUTDOWN_TIMEOUT_MS: noLimitInSight }),
    after: ['starts-and-serves', 'writes-a-heap-snapshot'],
    async play(app, draw, stage) {
      await app.ready();
      await app.idle();
      await halfwayThroughASnapshot(diagnostics, { app, stage, act: () => app.signal('SIGUSR2') });
      await snapshotIn(diagnostics, { app, stage });
      for (const name of ['first', 'second', 'third']) {
        app.get('/', { as: name });
        await app.answered(name);
      }
      await app.leftAlone({ forMs: draw.lasting(300) });
      await app.idle();
      noteSnapshots(diagnostics, stage);
    },
    expect: [
      should(heapSnapshots.isTheOnlyOne(), {
        because:
          'Writing blocks the loop, so an impatient engineer signals again; a second snapshot doubles the time in which nobody is served.',
        help: 'What was signalled during the block is delivered just after it, in the next turns of the loop.',
      }),
    ],
  }),
]);
