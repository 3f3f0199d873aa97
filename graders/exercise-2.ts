import {
  type App,
  afterThe,
  answer,
  asksUntil,
  type Draw,
  eventLine,
  exit,
  exitOf,
  figure,
  grader,
  health,
  lag,
  must,
  parseEventLine,
  processorTime,
  rule,
  scenario,
  should,
  snapshots,
  stderr,
} from '#grader';

const metrics = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'] as const;
type Metric = (typeof metrics)[number];

// The kernel counts pages that the program's own call may not see yet: within 1 MB over several right programs. A
// megabyte of 10^6 bytes is off by 4.9 %, which is 2 MB of a bare process.
const residentMemory = { megabytes: 1.5, percent: 2.5 };

// The kernel's clock ticks every 10 ms: one tick is up to 1.5 points of such a span, and right programs were within 2. Of
// a high figure a share is allowed, because our own look may come late and count what came after the program's.
const processor = { points: 8, percent: 15 };
/** A busy machine may leave a load a sixth of a core; half the truth has to be seen there as well. */
const processorUnderLoad = { points: 5, percent: 15 };

/** So long that a share of the set time is far from a share of the time that has passed. */
const samplesOfALongBlock = 5;

// Right programs use 1 to 3 %; a probe that never sleeps uses all of a core, one of a millisecond about a tenth.
const percentForMonitoring = 8;

const byExample = (scene: string): string => `Example 03-resource-monitoring, "${scene}".`;
const cpuAndMemory = byExample('CPU and memory monitoring');
const loopLag = byExample('Event loop lag detection');
const alertSystem = byExample('Resource alert system');
const healthCheck = byExample('Health check implementation');

const afterTheStart = ['starts-and-serves'];
const afterSnapshots = ['prints-snapshots'];

/** Short, so that a check ends soon; the contract promises a pace from 50 ms on. */
const often = (draw: Draw) => ({ SAMPLE_MS: draw.integer(60, 80) });

/** Samples wide enough for a block that begins well inside and ends well before the next one. */
const quietSampleMs = 150;
const wideSampleMs = (draw: Draw): number => draw.wide(quietSampleMs);
/** Wide enough for two blocks, both of which are easily told from their sum and from each other. */
const widestSampleMs = 360;
/** On a slow machine the blocks grow with its stalls, and a third as fast as the samples, into which they have to fit. */
const shortestBlockMs = (sampleMs: number): number => 60 * (1 + (sampleMs / quietSampleMs - 1) / 3);
/** A histogram that was reset counts from its next tick on, 10 ms later; what a sample means may be decided elsewhere. */
const settles = (app: App): Promise<void> => app.leftAlone({ forMs: 25 });
const blockMs = (app: App, draw: Draw): number =>
  Math.round((shortestBlockMs(app.setting('SAMPLE_MS')) * draw.integer(100, 140)) / 100);
/** Far above the calm of a right program, and below the shortest block less what a probe of 20 ms may miss of it. */
const lagAbove = (
  draw: Draw,
  sampleMs: number,
  percentOfABlock: readonly [from: number, to: number],
): number => Math.floor((shortestBlockMs(sampleMs) * draw.integer(...percentOfABlock)) / 100) + 0.5;

/** Halves, so that no rounding of a figure carries it across. */
const half = (draw: Draw, from: number, to: number): number => draw.integer(from, to) + 0.5;

interface Rule {
  readonly metric: Metric;
  readonly above: number;
  readonly samples?: number;
}

/** Rules whose names begin with their roles and cannot be known beforehand. */
const rules = (draw: Draw, byRole: Readonly<Record<string, Rule>>): string =>
  JSON.stringify(
    Object.entries(byRole).map(([role, rule]) => ({ name: `${role}-${draw.token()}`, ...rule })),
  );

/** Waits for so many samples more. */
const samples = (app: App, times: number): Promise<void> =>
  app.saysMore('snapshot', { times, afterMs: times * app.setting('SAMPLE_MS') });

/** Far from what a small program has at rest, and far below what it has with the memory that `fill` adds. */
const filled = (draw: Draw): Rule => ({ metric: 'heapUsedMB', above: half(draw, 40, 60) });

async function fill(app: App, draw: Draw, as = 'memory'): Promise<void> {
  const mb = draw.integer(100, 120);
  const beforeMB = app.residentMB;
  app.post(`/load/memory?mb=${mb}`, { as });
  await app.answered(as);
  await app.grows({ toMB: beforeMB + mb * 0.8 });
  // It may grow in one long block, in which a monitor of another thread prints samples with the heap as it was before.
  app.get('/', { as: afterThe(as) });
  await app.answered(afterThe(as));
}

/** Blocks the loop once, asks `/health` meanwhile, and waits for that answer, which comes when the block is over. */
async function blocksFor(app: App, ms: number, as: string): Promise<void> {
  await settles(app);
  app.post(`/load/block?ms=${ms}`, { as });
  await app.answered(as);
  app.get('/health', { as: afterThe(as), takesMs: ms });
  await app.answered(afterThe(as));
}

/** One block that lies wholly inside a sample, and the sample after it; or `inARow`, each in the sample after the last. */
async function block(app: App, draw: Draw, as: string, { inARow = 1 } = {}): Promise<void> {
  const act = (name: string): Promise<void> => blocksFor(app, blockMs(app, draw), name);
  await app.actsBetween('snapshot', as, act, { times: inARow, afterMs: app.setting('SAMPLE_MS') });
}

/** Two blocks inside one sample, the second one much shorter. */
async function twoBlocksInASample(app: App, { longerMs }: { longerMs: number }): Promise<void> {
  const act = async (name: string): Promise<void> => {
    await blocksFor(app, longerMs, `${name}.1`);
    await blocksFor(app, Math.round(0.65 * longerMs), `${name}.2`);
  };
  await app.actsBetween('snapshot', 'pair', act, { afterMs: app.setting('SAMPLE_MS') });
}

async function threeBlocks(app: App, draw: Draw): Promise<void> {
  await app.ready();
  await block(app, draw, 'block 1');
  await block(app, draw, 'block 2');
  await block(app, draw, 'block 3');
  await samples(app, 1);
}

async function asks(app: App, as: string): Promise<void> {
  await settles(app);
  app.get('/health', { as });
  await app.answered(as);
}

/** One block inside a sample; `/health` is asked before it, and again when the sample that shows it was seen. */
async function asksBeforeAndAfterABlock(app: App, draw: Draw, as: string): Promise<void> {
  await samples(app, 1);
  await asks(app, `calm before ${as}`);
  await block(app, draw, as);
  await asks(app, `firing after ${as}`);
}

/** These lines may come on stderr as well, and are no complaint there. */
const ownEvents = ['snapshot', 'alert'];

const isFiniteNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

const endsOn = (signal: 'SIGTERM' | 'SIGINT', who: string) =>
  scenario(`${signal} ends the program soon, with code 0`, {
    id: `ends-on-${signal.toLowerCase()}`,
    point: 9,
    // No program may wait for its next sample.
    settings: (draw) => ({ SAMPLE_MS: draw.integer(40_000, 60_000) }),
    after: afterTheStart,
    async play(app) {
      await app.ready();
      app.signal(signal);
      await app.gone();
    },
    expect: [
      must(exit.hasCode(0), {
        because: `${who} A monitor is the part of a service that is never finished by itself, so it has to be told to stop.`,
        help: 'A timer that repeats and a server that listens each keep a process alive; a signal without a listener kills it. Example 01-signal-basics, "Handling SIGTERM and SIGINT".',
      }),
    ],
  });

/** A bad rule, of which the first of its list says nothing. */
const behindAGoodOne = (draw: Draw, bad: object): string =>
  JSON.stringify([
    { name: draw.token(), metric: 'rssMB', above: half(draw, 5_000, 9_000) },
    { name: draw.token(), ...bad },
  ]);

const otherName = (_text: unknown, index: number): string => `other ${index + 1}`;

const refuses = (
  what: string,
  {
    id,
    text,
    also = [],
    field,
  }: {
    id: string;
    text: (draw: Draw) => string;
    /** Other texts of the same kind, which have to be refused as well. */
    also?: readonly ((draw: Draw) => string)[];
    field?: 'metric' | 'above';
  },
) =>
  scenario(`${what} is refused at the start`, {
    id,
    point: 8,
    settings: (draw) => ({ ALERT_RULES: text(draw) }),
    async play(app, draw, stage) {
      // One that gets ready has not refused, and need not be waited for.
      const decides = (program: App): Promise<boolean> =>
        program.sees('gone', {
          text: 'it did not end',
          match: (seen) =>
            'app' in seen &&
            seen.app === program.name &&
            (seen.kind === 'ended' || (seen.kind === 'line' && parseEventLine(seen)?.event === 'ready'))
              ? true
              : undefined,
        });
      const others = also.map((textOf, index) =>
        stage.startAgain({ app: otherName(textOf, index), settings: { ALERT_RULES: textOf(draw) } }),
      );
      await Promise.all([app, ...others].map(decides));
    },
    expect: [
      ...['app', ...also.map(otherName)].flatMap((name) => [
        must(eventLine('ready', name).neverComes(), {
          because:
            'A service that starts with rules it does not understand is one that nobody watches, and nobody knows.',
          help: 'Read and check the rules before the server listens. The brief, "The rules".',
        }),
        must(exitOf(name).hasCode(1), {
          because:
            'A deploy that fails at once is rolled back; one that comes up unwatched is found at the next incident.',
          help: 'A fault at the start is an exit code of 1, decided in one place.',
        }),
      ]),
      must(field === undefined ? stderr.saysSomething() : stderr.namesTheRuleOrIts(field), {
        because:
          'Whoever reads the log has a file of many rules before him and needs to know which one is meant.',
        help: 'Put the name of the rule, or what you found in it, into the message. The brief, "The rules".',
      }),
    ],
  });

export default grader('exercise-2', [
  scenario('the program starts, says on which port, and answers', {
    id: 'starts-and-serves',
    point: 1,
    async play(app) {
      await app.ready();
      app.get('/', { as: 'first' });
      await app.answered('first');
    },
    expect: [
      must(
        eventLine('ready').has('port', 'the port on which it listens', (port) => Number(port) > 0),
        {
          because: 'Whoever starts a service on any free port has to be told which one it became.',
          help: 'The server knows its address once it listens; the given code prints it then.',
          gate: true,
        },
      ),
      must(answer('first').hasStatus(200), {
        because: 'A monitor that keeps the service from serving has turned the matter upside down.',
        help: 'The given server answers "GET /"; see that it is still reached, and that the process stays.',
        gate: true,
      }),
    ],
  }),

  scenario('snapshots come, with all four metrics as numbers', {
    id: 'prints-snapshots',
    point: 1,
    settings: often,
    after: afterTheStart,
    async play(app) {
      await app.ready();
      await samples(app, 3);
    },
    expect: [
      must(eventLine('snapshot').comes(), {
        because:
          'Figures that are only taken when somebody asks are missing for the time when nobody could ask.',
        help: `A sample is taken every SAMPLE_MS and printed at once. ${cpuAndMemory}`,
        gate: true,
      }),
      ...metrics.map((metric) =>
        must(eventLine('snapshot').has(metric, 'a finite number', isFiniteNumber), {
          because: 'A dashboard draws numbers; a text, a null or a missing field is a hole in the curve.',
          help: `JSON has no NaN and no Infinity: both become null. ${cpuAndMemory}`,
        }),
      ),
      must(
        eventLine('snapshot').has(
          'at',
          'an ISO time',
          (at) => /^\d{4}-\d\d-\d\dT/.test(String(at)) && Number.isFinite(Date.parse(String(at))),
        ),
        {
          because: 'A figure without its time cannot be laid beside the logs of the same minute.',
          help: 'A Date knows how to write itself that way.',
        },
      ),
    ],
  }),

  scenario('snapshots keep the pace that was set', {
    id: 'snapshots-keep-pace',
    point: 1,
    // Well below 100 ms, the pace that who thinks of a least one thinks of, and not below what the contract promises.
    settings: (draw) => ({ SAMPLE_MS: draw.integer(50, 58) }),
    after: afterSnapshots,
    async play(app, draw, stage) {
      // Another pace at the same time: one that is fixed, or has a least one, keeps one of the two at most.
      const slower = stage.startAgain({ app: 'slower', settings: { SAMPLE_MS: draw.integer(270, 330) } });
      const takes = async (program: App, times: number): Promise<void> => {
        await program.ready();
        await samples(program, times);
      };
      await Promise.all([takes(app, 18), takes(slower, 6)]);
    },
    expect: [
      ...['app', 'slower'].map((name) =>
        must(snapshots.keepThePaceOf('SAMPLE_MS', name), {
          because:
            'Whoever sets the pace has paid for so many samples and wants to see a spike of that length.',
          help: 'SAMPLE_MS is in milliseconds. The brief, "Settings".',
        }),
      ),
      must(snapshots.haveTheirOwnTime('slower'), {
        because: 'A figure without its time cannot be laid beside the logs of the same minute.',
        help: 'The time belongs to the sample, and is taken with it.',
      }),
    ],
  }),

  scenario('rssMB agrees with the operating system, also after memory was taken', {
    id: 'rss-agrees',
    point: 2,
    settings: often,
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      app.sampleAtEach('snapshot');
      // Some of them reach us late on a busy machine, and nothing can be said of the first.
      await samples(app, 5);
      await fill(app, draw);
      await samples(app, 6);
      app.get('/health', { as: 'health' });
      await app.answered('health');
      // A program may read its memory for the answer, and the collector may have been there since the last sample.
      await samples(app, 1);
    },
    expect: [
      must(figure('rssMB').agreesWithResidentMemory(residentMemory, { before: 'memory' }), {
        because:
          "The resident memory is what a container is killed for, so the figure has to be the kernel's.",
        help: `The heap is only a part of it, and a megabyte here is 1024 * 1024 bytes. ${cpuAndMemory}`,
      }),
      must(figure('rssMB').agreesWithResidentMemory(residentMemory, { last: 5 }), {
        because: 'A figure that was right at the start and does not follow is worse than none: it calms.',
        help: `The heap is only a part of it, and a megabyte here is 1024 * 1024 bytes. ${cpuAndMemory}`,
      }),
      must(health('health').showsTheFigure('rssMB'), {
        because: 'Whoever asks for the health wants to know of now, and not of the start.',
        help: `Its metrics are those of the last sample. ${healthCheck}`,
      }),
    ],
  }),

  scenario('cpuPercent agrees with the operating system at rest', {
    id: 'cpu-agrees-at-rest',
    point: 2,
    longest: true,
    settings: often,
    after: afterSnapshots,
    async play(app) {
      await app.ready();
      app.sampleAtEach('snapshot');
      await samples(app, 13);
    },
    expect: [
      must(figure('cpuPercent').agreesWithProcessorTime(processor), {
        because:
          'The cost of starting must not be spread over the hours after it, or each restart looks like a load.',
        help: `Each sample tells what was used since the last one. ${cpuAndMemory}`,
      }),
    ],
  }),

  scenario('cpuPercent agrees with the operating system under load', {
    id: 'cpu-agrees-under-load',
    point: 2,
    busy: true,
    settings: often,
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      // A while at rest, so that an average since the start is far from the load.
      await samples(app, 8);
      app.post(`/load/cpu?ms=${draw.lasting(1_100)}`, { as: 'load' });
      await app.answered('load');
      await samples(app, 1);
      app.sampleAtEach('snapshot');
      await samples(app, 5);
      // The sample after it is late: it tells of the time that has passed, and not of the time that was set.
      await blocksFor(app, samplesOfALongBlock * app.setting('SAMPLE_MS'), 'block');
      await samples(app, 5);
    },
    expect: [
      must(figure('cpuPercent').agreesWithProcessorTime(processorUnderLoad), {
        because:
          'A service is sized by this figure; one that tells half or twice the truth is given half or twice what it needs.',
        help: `100 is one core fully used by this process since the last sample, however long ago that is, user and system time together. ${cpuAndMemory}`,
      }),
    ],
  }),

  scenario('loopLagMs shows a block in the first sample after it', {
    id: 'lag-shows-a-block',
    point: 3,
    longest: true,
    settings: (draw) => ({ SAMPLE_MS: wideSampleMs(draw) }),
    after: afterSnapshots,
    async play(app, draw, stage) {
      const sampleMs = draw.wide(widestSampleMs);
      const longerMs = Math.round((sampleMs * draw.integer(27, 32)) / 100);
      const twice = stage.startAgain({ app: 'twice', settings: { SAMPLE_MS: sampleMs } });
      const isBlockedTwiceInASample = async (): Promise<void> => {
        await twice.ready();
        await twoBlocksInASample(twice, { longerMs });
        await samples(twice, 1);
      };
      await Promise.all([threeBlocks(app, draw), isBlockedTwiceInASample()]);
    },
    expect: [
      must(lag('loopLagMs').showsEachBlock(), {
        because:
          'A block of a tenth of a second is a tenth of a second for every request that waits; an average over the sample hides it.',
        help: `What counts is the longest single delay since the last sample, and it begins and ends between two samples. ${loopLag}`,
      }),
      must(lag('loopLagMs', 'twice').showsEachBlock(), {
        because:
          'The second program was blocked twice within one sample, the first time for longer. Nobody has waited for both, and the shorter one hides the one that hurt.',
        help: `What counts is the longest single delay since the last sample: neither the last one nor all of them together. ${loopLag}`,
      }),
    ],
  }),

  scenario('loopLagMs is small again after the sample that showed a block', {
    id: 'lag-is-small-again',
    point: 3,
    longest: true,
    settings: (draw) => ({ SAMPLE_MS: wideSampleMs(draw) }),
    after: afterSnapshots,
    play: threeBlocks,
    expect: [
      must(lag('loopLagMs').isSmallAgain(), {
        because:
          'A block that is over must not look like one that lasts, or every alert stays red and is soon ignored.',
        help: `Each sample has its own longest delay. ${loopLag}`,
      }),
    ],
  }),

  scenario('a rule fires once when its metric goes above, and is silent while it stays there', {
    id: 'fires-once',
    point: 4,
    settings: (draw, folder) => ({
      ...often(draw),
      ALERT_RULES: rules(draw, { memory: filled(draw) }),
      ALERT_RULES_FILE: `${folder}/rules.json`,
    }),
    files: (draw) => ({
      'rules.json': rules(draw, { file: { metric: 'rssMB', above: half(draw, 2, 8) } }),
    }),
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      await samples(app, 2);
      await fill(app, draw);
      await samples(app, 5);
    },
    expect: [
      must(rule('file').saysNothing(), {
        because:
          'What is set for one instance by hand has to win over the file that all of them share, or it is set in vain.',
        help: 'ALERT_RULES_FILE counts where ALERT_RULES is unset. The brief, "Settings".',
      }),
      must(rule('memory').firesOnlyAfter('memory'), {
        because: 'An alert is only worth getting up for if there is none while all is well.',
        help: `A value is compared with "above" in the metric's own unit, at each sample. ${alertSystem}`,
      }),
      must(rule('memory').followsTheSnapshots({ through: ['firing'] }), {
        because: 'An alert that is repeated with every sample buries all the others within a minute.',
        help: `What matters is the change: the rule has to know whether it fires already. ${alertSystem}`,
      }),
      must(rule('memory').tellsMetricValueAndThreshold(), {
        because: 'Whoever is woken wants to know from the alert alone how bad it is.',
        help: 'The brief, "Event lines".',
      }),
    ],
  }),

  scenario('a rule resolves once when its metric comes back, and may then fire again', {
    id: 'resolves-once',
    point: 4,
    longest: true,
    settings: (draw) => {
      const sampleMs = wideSampleMs(draw);
      const lag = { metric: 'loopLagMs', above: lagAbove(draw, sampleMs, [43, 58]) } as const;
      return {
        SAMPLE_MS: sampleMs,
        ALERT_RULES: rules(draw, { lag, patient: { ...lag, samples: 2 } }),
      };
    },
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      await block(app, draw, 'row', { inARow: 3 });
      // A single one last: what was counted for the row must not count any more.
      await block(app, draw, 'block');
      await samples(app, 2);
    },
    expect: [
      must(rule('lag').followsTheSnapshots({ through: ['firing', 'resolved'] }), {
        because: 'An incident that nobody closes is still open when the next one begins, and hides it.',
        help: `There are two changes, one into firing and one out of it, and each is told once. ${alertSystem}`,
      }),
      must(rule('lag').tellsMetricValueAndThreshold(), {
        because: 'The end of an incident is read beside its beginning, and both have to say the same things.',
        help: 'The brief, "Event lines".',
      }),
      must(rule('patient').followsTheSnapshots({ through: ['firing', 'resolved'] }), {
        because:
          'A rule that was patient once and is hasty ever after wakes people for nothing from then on.',
        help: `Once a rule has resolved, its row begins anew. ${alertSystem}`,
      }),
      must(rule('patient').resolvesAtTheFirstSampleThatIsNotAbove(), {
        because: 'Whoever waits for the all-clear waits for it in vain while the trouble is long over.',
        help: `The number of samples says when a rule fires; one calm sample is the end of it. ${alertSystem}`,
      }),
    ],
  }),

  scenario('with "samples": 3, single samples above do not fire', {
    id: 'single-samples-do-not-fire',
    point: 5,
    longest: true,
    settings: (draw) => {
      const sampleMs = wideSampleMs(draw);
      const above = lagAbove(draw, sampleMs, [43, 58]);
      return {
        SAMPLE_MS: sampleMs,
        ALERT_RULES: rules(draw, { patient: { metric: 'loopLagMs', above, samples: 3 } }),
      };
    },
    after: afterSnapshots,
    play: threeBlocks,
    expect: [
      must(rule('patient').keepsSilentThough({ above: 2 }), {
        because:
          'One slow collection is no incident; the number of samples is there so that nobody is woken by it.',
        help: `Three in a row is not three in all: a sample that is not above begins the count anew. ${alertSystem}`,
      }),
    ],
  }),

  scenario('with "samples": 3, the third sample in a row above fires', {
    id: 'three-in-a-row-fire',
    point: 5,
    settings: (draw) => ({
      ...often(draw),
      ALERT_RULES: rules(draw, { patient: { ...filled(draw), samples: 3 } }),
    }),
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      await samples(app, 2);
      await fill(app, draw);
      await samples(app, 6);
    },
    expect: [
      must(rule('patient').followsTheSnapshots({ through: ['firing'] }), {
        because: 'A rule that is patient must still fire when the trouble stays.',
        help: `Count how many samples in a row were above. ${alertSystem}`,
      }),
      must(rule('patient').firesAtTheSampleThatCompletesTheRow(), {
        because: 'Whoever wrote 3 has weighed how long to wait; firing earlier or later is another rule.',
        help: `The third sample above fires, neither the second nor the fourth. ${alertSystem}`,
      }),
    ],
  }),

  scenario('rules on several metrics fire each under its own name', {
    id: 'rules-of-several-metrics',
    point: 6,
    settings: (draw) => ({
      ...often(draw),
      ALERT_RULES: rules(draw, {
        never: { metric: 'loopLagMs', above: half(draw, 600_000, 900_000) },
        // 0 is a number, too, and every program has more than that.
        resident: { metric: 'rssMB', above: 0 },
        memory: filled(draw),
      }),
    }),
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      await samples(app, 2);
      await fill(app, draw);
      await samples(app, 3);
    },
    expect: [
      must(eventLine('ready').comes(), {
        because: 'A rule that is right and refused keeps a whole service from starting.',
        help: 'A threshold may be any number; ask for its type, not whether it counts as true. The brief, "The rules".',
      }),
      must(rule('resident').followsTheSnapshots({ through: ['firing'] }), {
        because:
          'The second trouble is often the cause of the first; a monitor that tells one at a time sends people to the wrong place.',
        help: `Every rule is judged at every sample, whatever the others say. ${alertSystem}`,
      }),
      must(rule('memory').followsTheSnapshots({ through: ['firing'] }), {
        because:
          'The second trouble is often the cause of the first; a monitor that tells one at a time sends people to the wrong place.',
        help: `Every rule is judged at every sample, whatever the others say. ${alertSystem}`,
      }),
      must(rule('memory').firesOnlyAfter('memory'), {
        because: 'A rule that fires because another one does is noise.',
        help: `Every rule is judged by its own metric and its own threshold. ${alertSystem}`,
      }),
      must(rule('never').followsTheSnapshots({ through: [] }), {
        because: 'A rule that fires because another one does is noise.',
        help: `Every rule is judged by its own metric and its own threshold. ${alertSystem}`,
      }),
    ],
  }),

  scenario('two thresholds on one metric fire each for itself', {
    id: 'two-thresholds-of-one-metric',
    point: 6,
    settings: (draw) => ({
      ...often(draw),
      ALERT_RULES: rules(draw, {
        warning: filled(draw),
        // So many that counting those of the other rule as well fires it two samples early, where one is hard to see.
        critical: { metric: 'heapUsedMB', above: half(draw, 150, 170), samples: 4 },
      }),
    }),
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      await samples(app, 1);
      await fill(app, draw, 'memory');
      await samples(app, 3);
      await fill(app, draw, 'more memory');
      await samples(app, 6);
    },
    expect: [
      must(rule('warning').followsTheSnapshots({ through: ['firing'] }), {
        because: 'A warning and an alarm on the same figure are the most common pair of rules there is.',
        help: `What a rule remembers belongs to the rule, not to its metric. ${alertSystem}`,
      }),
      must(rule('warning').firesAtTheSampleThatCompletesTheRow(), {
        because: 'A warning that comes with the alarm warns nobody.',
        help: `Every rule is judged by its own threshold. ${alertSystem}`,
      }),
      must(rule('critical').followsTheSnapshots({ through: ['firing'] }), {
        because: 'A warning and an alarm on the same figure are the most common pair of rules there is.',
        help: `What a rule remembers belongs to the rule, not to its metric. ${alertSystem}`,
      }),
      must(rule('critical').firesAtTheSampleThatCompletesTheRow(), {
        because: 'An alarm that comes with the warning leaves no time between the two.',
        help: `Every rule is judged by its own threshold and counts its own samples in a row. ${alertSystem}`,
      }),
    ],
  }),

  scenario('/health answers 200 before the first sample', {
    id: 'health-before-the-first-sample',
    point: 7,
    settings: (draw) => ({
      SAMPLE_MS: draw.integer(40_000, 60_000),
      ALERT_RULES: rules(draw, { never: { metric: 'loopLagMs', above: half(draw, 600_000, 900_000) } }),
    }),
    after: afterTheStart,
    async play(app) {
      await app.ready();
      app.get('/health', { as: 'early' });
      await app.answered('early');
    },
    expect: [
      must(health('early').hasCode(200), {
        because:
          'A platform asks at once after the start, and a 500 or a 503 there keeps a healthy instance out.',
        help: `There may be no metrics yet; that is no reason for an error. ${healthCheck}`,
      }),
    ],
  }),

  scenario('/health goes 200, 503 with the names of the firing rules, and 200 again', {
    id: 'health-follows-the-rules',
    point: 7,
    longest: true,
    settings: (draw) => {
      const sampleMs = wideSampleMs(draw);
      return {
        SAMPLE_MS: sampleMs,
        ALERT_RULES: rules(draw, {
          slow: { metric: 'loopLagMs', above: lagAbove(draw, sampleMs, [35, 42]) },
          never: { metric: 'rssMB', above: half(draw, 600_000, 900_000) },
          stuck: { metric: 'loopLagMs', above: lagAbove(draw, sampleMs, [50, 58]) },
        }),
      };
    },
    after: afterSnapshots,
    async play(app, draw) {
      await app.ready();
      await asksBeforeAndAfterABlock(app, draw, 'block 1');
      await asksBeforeAndAfterABlock(app, draw, 'block 2');
      await samples(app, 1);
      await asks(app, 'calm at the end');
    },
    expect: [
      must(health('calm').followsTheSnapshots(200), {
        because:
          'An instance that is out of service for nothing, or never comes back, is one less, until the last one is gone.',
        help: `Ask the rules for their state when you are asked for yours; nothing fires at rest. ${healthCheck}`,
      }),
      must(health('calm').hasFiniteNumbers(metrics), {
        because: 'The answer is read by people as well, who want to see how far from the edge they are.',
        help: `The metrics are those of the last sample. ${healthCheck}`,
      }),
      must(health('firing').followsTheSnapshots(503, { firing: ['slow', 'stuck'] }), {
        because: 'Traffic should go elsewhere while a rule fires, and whoever looks wants to know which one.',
        help: `The names are those of the rules that fire now, and of no other. ${healthCheck}`,
      }),
    ],
  }),

  refuses('a text that is no JSON', {
    id: 'refuses-no-json',
    text: (draw) => `{name: ${draw.token()}, metric: rssMB, above: ${draw.integer(50, 500)}}`,
  }),

  refuses('JSON that is no array', {
    id: 'refuses-no-array',
    text: (draw) =>
      JSON.stringify({ name: draw.token(), metric: 'rssMB', above: draw.integer(5_000, 9_000) }),
  }),

  refuses('a rule on an unknown metric', {
    id: 'refuses-unknown-metric',
    text: (draw) => behindAGoodOne(draw, { metric: `disk-${draw.token()}`, above: draw.integer(5, 500) }),
    // A field of a snapshot that is no metric, and a name that every object of JavaScript knows.
    also: [
      (draw) => behindAGoodOne(draw, { metric: 'at', above: draw.integer(5, 500) }),
      (draw) =>
        behindAGoodOne(draw, {
          metric: draw.pick(['constructor', 'toString', 'valueOf']),
          above: draw.integer(5, 500),
        }),
    ],
    field: 'metric',
  }),

  refuses('a rule whose threshold is no number', {
    id: 'refuses-no-number',
    text: (draw) => behindAGoodOne(draw, { metric: 'rssMB', above: `${draw.integer(5_000, 9_000)}` }),
    // What JavaScript is willing to count as 0 or 1 is no number either.
    also: [(draw) => behindAGoodOne(draw, { metric: 'rssMB', above: draw.pick([null, true]) })],
    field: 'above',
  }),

  refuses('a rule without a threshold', {
    id: 'refuses-no-threshold',
    text: (draw) => behindAGoodOne(draw, { metric: 'heapUsedMB' }),
    field: 'above',
  }),

  endsOn('SIGTERM', 'Every deploy sends it, and waits.'),
  endsOn('SIGINT', 'It is what Ctrl-C sends.'),

  scenario('SIGTERM ends the program with code 0 also while a rule fires', {
    id: 'ends-while-a-rule-fires',
    point: 9,
    settings: (draw) => ({
      ...often(draw),
      ALERT_RULES: rules(draw, { resident: { metric: 'rssMB', above: half(draw, 2, 8) } }),
    }),
    after: afterSnapshots,
    async play(app) {
      await app.ready();
      await samples(app, 2);
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(exit.hasCode(0), {
        because: 'An instance in trouble is the one that is replaced first; it has to be able to go.',
        help: 'A firing rule is a state of the service, not a fault of the program.',
      }),
    ],
  }),

  scenario('at a sample every 20 ms, the monitor costs little', {
    id: 'monitoring-is-cheap',
    point: 10,
    longest: true,
    settings: () => ({ SAMPLE_MS: 20 }),
    after: afterSnapshots,
    async play(app) {
      await app.ready();
      // The first samples are compiled while they run.
      await samples(app, 1);
      await app.leftAlone({ forMs: 300 });
      app.sample();
      await app.leftAlone({ forMs: 900 });
      app.sample();
    },
    expect: [
      should(processorTime.staysBelow({ percent: percentForMonitoring }), {
        because: 'A monitor that is felt is switched off, and then there is none.',
        help: `Let the loop sleep between two samples: the runtime can measure its delay without your code. ${loopLag}`,
      }),
    ],
  }),

  scenario('SIGHUP reads the rules file again: new rules count', {
    id: 'reload-counts-new-rules',
    point: 11,
    settings: (draw, folder) => ({ ...often(draw), ALERT_RULES_FILE: `${folder}/rules.json` }),
    files: (draw) => ({
      'rules.json': rules(draw, { never: { metric: 'rssMB', above: half(draw, 600_000, 900_000) } }),
    }),
    after: afterSnapshots,
    async play(app, draw, stage) {
      await app.ready();
      await samples(app, 2);
      await stage.write('rules.json', rules(draw, { fresh: { metric: 'rssMB', above: half(draw, 2, 8) } }));
      app.signal('SIGHUP');
      await app.says('alert');
      await samples(app, 2);
    },
    expect: [
      should(rule('fresh').fires(), {
        because:
          'A threshold that is wrong is found in the middle of an incident, when nobody wants to restart anything.',
        help: 'SIGHUP is the customary request to read the configuration again. Example 01-signal-basics, "Signal handler registration".',
      }),
      should(rule('fresh').tellsMetricValueAndThreshold(), {
        because: 'A rule that came later is a rule like the others.',
        help: 'The brief, "Event lines".',
      }),
    ],
  }),

  scenario('SIGHUP reads the rules file again: a rule that is gone no longer fires', {
    id: 'reload-drops-old-rules',
    point: 11,
    settings: (draw, folder) => ({ ...often(draw), ALERT_RULES_FILE: `${folder}/rules.json` }),
    files: (draw) => ({
      'rules.json': rules(draw, { old: { metric: 'rssMB', above: half(draw, 2, 8) } }),
    }),
    after: afterSnapshots,
    async play(app, draw, stage) {
      await app.ready();
      await app.says('alert');
      await stage.write(
        'rules.json',
        rules(draw, { never: { metric: 'rssMB', above: half(draw, 600_000, 900_000) } }),
      );
      app.signal('SIGHUP');
      await asksUntil({ app, stage }, '/health', {
        as: 'after the reload',
        needed: 'answered 200 on /health once its rule was gone',
        accepts: ({ status }) => status === 200,
      });
    },
    expect: [
      should(rule('old').fires(), {
        because: 'The rules of a service belong into a file that is kept beside its other configuration.',
        help: 'ALERT_RULES_FILE counts where ALERT_RULES is unset. The brief, "Settings".',
      }),
      should(health('after the reload').says(200), {
        because: 'A rule is taken out because it was wrong; an instance must not stay out of service for it.',
        help: `Whether a rule fires belongs to the rule, and goes with it. ${healthCheck}`,
      }),
    ],
  }),

  scenario('a broken rules file leaves the old rules in force, and is complained about', {
    id: 'reload-survives-a-broken-file',
    point: 11,
    settings: (draw, folder) => ({ ...often(draw), ALERT_RULES_FILE: `${folder}/rules.json` }),
    files: (draw) => ({ 'rules.json': rules(draw, { kept: filled(draw) }) }),
    after: afterSnapshots,
    async play(app, draw, stage) {
      await app.ready();
      await samples(app, 1);
      const broken = [
        `[{"name":"${draw.token()}","metric":`,
        JSON.stringify([{ name: draw.token(), metric: `disk-${draw.token()}`, above: draw.integer(5, 500) }]),
      ];
      for (const text of broken) {
        await stage.write('rules.json', text);
        const complaint = app.complains({ besides: ownEvents });
        app.signal('SIGHUP');
        await complaint;
      }
      await fill(app, draw);
      await samples(app, 3);
    },
    expect: [
      should(stderr.saysSomethingAfterTheSignal({ besides: ownEvents }), {
        because: 'Whoever sent the signal believes that the new rules count, unless somebody tells.',
        help: 'The same check as at the start, with another end: say what is wrong and go on.',
      }),
      should(exit.neverComes(), {
        because: 'A slip in a file must not take down a service that runs.',
        help: 'Read and check the new rules as a whole before the old ones go.',
      }),
      should(rule('kept').firesOnlyAfter('memory'), {
        because: 'A service without any rule is the worst of the three that could come of it.',
        help: 'Read and check the new rules as a whole before the old ones go.',
      }),
    ],
  }),
]);
