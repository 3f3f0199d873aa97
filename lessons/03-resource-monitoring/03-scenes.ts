import {
  answer,
  broken,
  type Claim,
  type EventLine,
  eventLine,
  eventLines,
  exit,
  holds,
  moot,
  must,
  numericSetting,
  outcomeOf,
  program,
  requestNamed,
  scene,
  type Timeline,
  whatStoppedThePlay,
} from '#grader';

const samplesIn = (timeline: Timeline): EventLine[] => eventLines(timeline, { event: 'sample' });
const figureOf = ({ fields }: EventLine, name: string): number => Number(fields[name]);
const indexOf = (timeline: Timeline, lines: readonly EventLine[]): number[] =>
  lines.map(({ line }) => timeline.events.indexOf(line));

const nothingSampled = (timeline: Timeline) =>
  moot(whatStoppedThePlay(timeline) ?? 'too few samples were printed');

/** What was asked of a request, by the parameter of its query. */
const asked = (timeline: Timeline, request: string, parameter: string): number =>
  Number(
    new URL(requestNamed(timeline, request)?.path ?? '/', 'http://localhost').searchParams.get(parameter),
  );

/** All samples together, because one of them may hold any part of the work. */
const theSamplesCountWhatWasUsed: Claim = {
  text: 'the samples add up to the processor time that was used',
  judge(timeline) {
    const usedMs = asked(timeline, 'cpu', 'ms');
    // Each line is rounded to a whole millisecond.
    const samples = samplesIn(timeline);
    const countedMs = samples.reduce((sum, sample) => sum + figureOf(sample, 'cpuMs') + 0.5, 0);
    if (outcomeOf(timeline, 'cpu')?.kind !== 'answer') return nothingSampled(timeline);
    return countedMs >= usedMs
      ? holds
      : broken(`${usedMs} ms or more`, `${Math.round(countedMs)} ms in all samples together`);
  },
};

/** Half of it leaves room for what a busy machine does to everybody. */
const noSampleShowsADelayOfHalf = (request: string): Claim => ({
  text: `no sample shows a delay of half of what "${request}" takes`,
  judge(timeline) {
    const limitMs = asked(timeline, request, 'ms') / 2;
    const samples = samplesIn(timeline);
    if (samples.length < 2) return nothingSampled(timeline);
    const long = samples.filter((sample) => figureOf(sample, 'lagMs') >= limitMs);
    return long.length === 0
      ? holds
      : broken(`less than ${limitMs} ms`, `lagMs was ${long.map((each) => figureOf(each, 'lagMs'))}`, {
          evidence: indexOf(timeline, long),
        });
  },
});

/** From the last sample before a request on; what the scenario's end does to the figures comes after it. */
const rises = (
  figure: string,
  what: string,
  { since, accepts }: { since: string; accepts: (by: number, asked: number) => boolean },
): Claim => ({
  text: `${figure} ${what}`,
  judge(timeline) {
    const at = requestNamed(timeline, since)?.atMs ?? 0;
    const before = samplesIn(timeline).findLast(({ line }) => line.atMs < at);
    const after = samplesIn(timeline).filter(({ line }) => line.atMs > at);
    if (before === undefined || after.length === 0) return nothingSampled(timeline);
    const by = Math.max(...after.map((sample) => figureOf(sample, figure) - figureOf(before, figure)));
    return accepts(by, asked(timeline, since, 'mb'))
      ? holds
      : broken(what, `it rose by ${by.toFixed(1)}`, { evidence: indexOf(timeline, [before, ...after]) });
  },
});

// The histogram counts in steps of its resolution, which is lost at either end at the most.
const twoTicksMs = 23;

const aSampleShowsTheBlock: Claim = {
  text: 'a sample shows the block at about its length',
  judge(timeline) {
    const blockMs = numericSetting(timeline, 'REPORT_MS') ?? 0;
    const samples = samplesIn(timeline);
    if (samples.length === 0) return nothingSampled(timeline);
    const longest = Math.max(...samples.map((sample) => figureOf(sample, 'lagMs')));
    return longest >= blockMs - twoTicksMs
      ? holds
      : broken(`a lagMs of about ${blockMs}`, `${longest} at the most`, {
          evidence: indexOf(timeline, samples),
        });
  },
};

/** Worked out again from what the samples said, so that it is true on any machine. */
const theAlertComesAtTheSampleThatCompletesTheRow = ({
  above,
  samples: needed,
}: {
  above: number;
  samples: number;
}): Claim => ({
  text: `the alert comes at the sample that is the ${needed}th above in a row, and at none before`,
  judge(timeline) {
    const lines = eventLines(timeline).filter(({ event }) => event === 'sample' || event === 'alert');
    const at = lines.findIndex(({ event }) => event === 'alert');
    if (at === -1) return nothingSampled(timeline);
    const before = lines.slice(0, at).map((sample) => figureOf(sample, 'openFiles') > above);
    const spike = before.slice(0, -needed);
    const row = before.slice(-needed);
    if (row.length === needed && row.every(Boolean) && spike.includes(true) && spike.at(-1) === false)
      return holds;
    return broken(
      `a spike, a sample that is not above, ${needed} that are, and then the alert`,
      before.map((isAbove) => (isAbove ? 'above' : 'not')).join(', '),
      { evidence: indexOf(timeline, lines.slice(0, at + 1)) },
    );
  },
});

const theAlertsAre = (...states: readonly string[]): Claim => ({
  text: `the alerts are: ${states.join(', ')}`,
  judge(timeline) {
    const stopped = whatStoppedThePlay(timeline);
    const alerts = eventLines(timeline, { event: 'alert' });
    const seen = alerts.map(({ fields }) => String(fields.state));
    if (seen.join() === states.join()) return holds;
    return stopped === undefined
      ? broken(states.join(', '), seen.join(', ') || 'none', { evidence: indexOf(timeline, alerts) })
      : moot(stopped);
  },
});

/** Strict: the block lasts at least so long from its request on, and the probe was sent while it did. */
const theProbeWaitsForTheBlock: Claim = {
  text: 'the probe is answered, and not before the block is over',
  judge(timeline) {
    const report = requestNamed(timeline, 'report');
    const probe = outcomeOf(timeline, 'livez');
    if (report === undefined || probe === undefined || probe.kind !== 'answer')
      return moot(whatStoppedThePlay(timeline) ?? 'the probe got no answer');
    const blockMs = numericSetting(timeline, 'REPORT_MS') ?? 0;
    const afterMs = probe.atMs - report.atMs;
    return afterMs >= blockMs - 2
      ? holds
      : broken(`an answer after ${blockMs} ms or later`, `it came after ${Math.round(afterMs)} ms`, {
          evidence: [timeline.events.indexOf(probe)],
        });
  },
};

/** An operator's rule on something that one can move at will: files that are held open. */
const filesRule = (rule: object): string =>
  JSON.stringify([{ name: 'files', metric: 'openFiles', unready: true, ...rule }]);

const noRules = { ALERT_RULES: '[]' };
const often = { SAMPLE_MS: 200 };
// Between the reading of a figure and its line there may be one line that is still on its way.
const whatIsOnItsWayToo = { times: 2 };

export const scenes = [
  scene('a core that is used in slices', {
    id: 'cpu-in-slices',
    point: 1,
    question:
      'A request uses a core for half a second, in slices of 5 ms, and lets the loop turn in between. Which figures show it: the processor time, the delay of the loop, or both?',
    answer:
      'The processor time alone; the samples add up to what was used. A process may be busy without keeping anybody waiting, and it may keep everybody waiting without being busy, so one figure cannot stand for the other.',
    settings: () => ({ ...often, ...noRules }),
    async play(app, draw) {
      await app.ready();
      const ms = draw.lasting(500);
      app.post(`/load/cpu?ms=${ms}`, { as: 'cpu', takesMs: 4 * ms });
      await app.answered('cpu');
      await app.saysMore('sample', whatIsOnItsWayToo);
    },
    expect: [
      must(theSamplesCountWhatWasUsed, {
        because: 'A figure that loses part of the time makes a busy process look idle.',
        help: 'Let one reading end a span and begin the next.',
      }),
      must(noSampleShowsADelayOfHalf('cpu'), {
        because: 'An alarm on the loop that rings for honest work is switched off.',
        help: 'Give the loop a turn between two slices.',
      }),
    ],
  }),

  scene('96 MB in buffers', {
    id: 'buffers-are-not-heap',
    point: 1,
    question: 'The service keeps 96 MB in a Buffer. Which figures rise: heapUsedMB, externalMB, rssMB?',
    answer:
      'externalMB and rssMB. The bytes of a Buffer lie outside the JavaScript heap, so a rule on heapUsed never sees them, and the kernel, which kills by rss, does.',
    settings: () => ({ ...often, ...noRules }),
    async play(app) {
      await app.ready();
      await app.saysMore('sample');
      app.post('/load/buffers?mb=96', { as: 'buffers' });
      await app.answered('buffers');
      await app.saysMore('sample', whatIsOnItsWayToo);
    },
    expect: [
      must(
        rises('externalMB', 'rises by all of it', { since: 'buffers', accepts: (by, mb) => by >= mb * 0.99 }),
        {
          because: 'Uploads, images and parquet files live there.',
          help: 'Watch external and arrayBuffers beside the heap.',
        },
      ),
      must(rises('rssMB', 'rises with it', { since: 'buffers', accepts: (by, mb) => by >= mb * 0.8 }), {
        because: 'The limit of a container counts resident memory and knows no heap.',
        help: 'Let the rule on memory be one on rss.',
      }),
      must(rises('heapUsedMB', 'hardly moves', { since: 'buffers', accepts: (by, mb) => by < mb / 4 }), {
        because: 'This is why a graph of the heap is green while the process is killed for its memory.',
        help: 'Do not judge memory by the heap alone.',
      }),
    ],
  }),

  scene('five connections without a word', {
    id: 'connections-are-handles',
    point: 1,
    question: 'Five clients connect and never ask anything. Which figures know of them?',
    answer:
      'handles and openFiles, each by five. They cost hardly any memory and no processor time, which is how descriptors run out in a process whose other graphs are flat.',
    settings: () => ({ ...often, ...noRules }),
    async play(app) {
      await app.ready();
      await app.saysMore('sample');
      app.get('/', { as: 'first' });
      await app.answered('first');
      for (const name of ['one', 'two', 'three', 'four', 'five']) await app.connect(name);
      // Read after them, so they are certainly accepted.
      app.get('/', { as: 'after' });
      await app.answered('after');
      await app.saysMore('sample', whatIsOnItsWayToo);
    },
    expect: [
      must(rises('handles', 'rises by five', { since: 'first', accepts: (by) => by >= 5 }), {
        because: 'What is never closed is found by its count and its kind, long before it hurts.',
        help: 'process.getActiveResourcesInfo() names what holds the loop open.',
      }),
      must(rises('openFiles', 'rises by five', { since: 'first', accepts: (by) => by >= 5 }), {
        because: 'The system gives a process a limited number of descriptors, and refuses the next one.',
        help: 'Count the entries of /proc/self/fd.',
      }),
    ],
  }),

  scene('a report that holds the loop', {
    id: 'a-block-is-seen',
    point: 2,
    question:
      'One report is put together in a single go, and the loop stands still meanwhile. Does the sample after it know for how long?',
    answer:
      'Yes, at about its full length. The figure is the longest delay of the span and no average over it, and the gap that the histogram has after each reset is filled in.',
    settings: (draw) => ({ ...often, ...noRules, REPORT_MS: draw.lasting(400) }),
    async play(app) {
      await app.ready();
      await app.saysMore('sample');
      app.get('/report', { as: 'report', takesMs: app.setting('REPORT_MS') });
      await app.answered('report');
      await app.saysMore('sample', whatIsOnItsWayToo);
    },
    expect: [
      must(aSampleShowsTheBlock, {
        because: 'Everybody who asked in that time has waited, and no other figure says so.',
        help: 'monitorEventLoopDelay, its max, less its resolution.',
      }),
    ],
  }),

  scene('a request that waits', {
    id: 'waiting-is-not-blocking',
    point: 2,
    question: 'A request takes as long, because a database is slow. Is the loop delayed?',
    answer:
      'No. A wait belongs to the request that waits; the loop turned all the while. A slow answer and a delayed loop are two faults with two causes.',
    settings: () => ({ ...often, ...noRules }),
    async play(app, draw) {
      await app.ready();
      const ms = draw.lasting(800);
      app.get(`/wait?ms=${ms}`, { as: 'wait', takesMs: ms });
      await app.answered('wait');
      await app.saysMore('sample', whatIsOnItsWayToo);
    },
    expect: [
      must(answer('wait').takesItsTime('ms'), {
        because: 'The client has waited, and its graph of response times shows it.',
        help: 'Measure response times as well; the loop does not know of them.',
      }),
      must(noSampleShowsADelayOfHalf('wait'), {
        because: 'Whoever looks for a block here looks in the wrong place.',
        help: 'Compare the response time with the delay of the loop before you profile.',
      }),
    ],
  }),

  scene('a spike, and then no spike', {
    id: 'several-in-a-row',
    point: 3,
    question:
      'The rule wants four samples in a row above 80 open files. Files are opened and closed again at once, then opened for good. When does it fire?',
    answer:
      'At the fourth sample of the second time. The spike was counted and forgotten, because one sample below begins the count anew.',
    settings: () => ({ ...often, ALERT_RULES: filesRule({ above: 80, below: 60, samples: 4 }) }),
    async play(app) {
      await app.ready();
      // As long as two or three samples, on the program's own clock.
      const forMs = 2.5 * app.setting('SAMPLE_MS');
      app.post(`/load/files?open=100&forMs=${forMs}`, { as: 'spike', takesMs: forMs });
      await app.answered('spike');
      await app.saysMore('sample', whatIsOnItsWayToo);
      app.post('/load/files?open=100', { as: 'for good' });
      await app.answered('for good');
      await app.says('alert', { afterMs: 6 * app.setting('SAMPLE_MS') });
    },
    expect: [
      must(theAlertComesAtTheSampleThatCompletesTheRow({ above: 80, samples: 4 }), {
        because: 'Somebody is called out of bed by it; a spike that is over needs nobody.',
        help: 'Count samples in a row, and begin anew at the first that is not above.',
      }),
    ],
  }),

  scene('a figure that trembles', {
    id: 'hysteresis',
    point: 3,
    question:
      'The rule fires above 120 open files and resolves at 60 or fewer. The figure goes to 140, to 90, to 140, to 90, and then down. How many alerts are there?',
    answer:
      'Two: firing, resolved. At 90 it is neither above the one threshold nor below the other, so nothing changed. With one threshold there would have been four more.',
    settings: () => ({ ...often, ALERT_RULES: filesRule({ above: 120, below: 60 }) }),
    async play(app) {
      await app.ready();
      const steps = ['open=120', 'close=50', 'open=50', 'close=50', 'open=50', 'close=120'];
      for (const [index, step] of steps.entries()) {
        app.post(`/load/files?${step}`, { as: `step ${index + 1}` });
        await app.answered(`step ${index + 1}`);
        await app.saysMore('sample', whatIsOnItsWayToo);
      }
    },
    expect: [
      must(theAlertsAre('firing', 'resolved'), {
        because: 'An alert that comes and goes all night is muted, and with it the next true one.',
        help: 'Let it resolve well below where it fires.',
      }),
    ],
  }),

  scene('degraded is not dead', {
    id: 'degraded-is-not-dead',
    point: 4,
    question: 'An alert fires that makes the service unfit for requests. What do /readyz and /livez say?',
    answer:
      'Not ready, and alive. The balancer sends the requests elsewhere until the alert is resolved; a liveness that said no would have had the process killed, with all that it was doing.',
    settings: () => ({ ...often, ALERT_RULES: filesRule({ above: 80, below: 60 }) }),
    async play(app) {
      await app.ready();
      app.post('/load/files?open=100', { as: 'open' });
      await app.saysWhere('alert', 'firing', ({ state }) => state === 'firing');
      app.get('/readyz', { as: 'readyz' });
      app.get('/livez', { as: 'livez' });
      await app.answered('readyz');
      await app.answered('livez');
      app.post('/load/files?close=100', { as: 'close' });
      await app.saysWhere('alert', 'resolved', ({ state }) => state === 'resolved');
      app.get('/readyz', { as: 'readyz again' });
      await app.answered('readyz again');
    },
    expect: [
      must(answer('readyz').hasStatus(503), {
        because: 'It is how the balancer learns of it before users do.',
        help: 'Let readiness follow the alerts that concern requests.',
      }),
      must(answer('livez').hasStatus(200), {
        because: 'A restart closes the files, and with them every connection and every request.',
        help: 'Liveness knows no thresholds.',
      }),
      must(answer('readyz again').hasStatus(200), {
        because: 'What recovers by itself has to come back by itself.',
        help: 'Ask the state of the rule now, and keep no verdict.',
      }),
      must(program.keepsRunning(), {
        because: 'Nothing that was seen here needs a new process.',
        help: 'A monitor reports. It does not end the process.',
      }),
    ],
  }),

  scene('a probe during a block', {
    id: 'probe-during-a-block',
    point: 4,
    question: 'The liveness probe comes while the loop stands still. What does it get?',
    answer:
      'The kernel took the connection, nobody refused it, and the answer came when the block was over. A block longer than the timeout of the probe is therefore a failed probe, and a few of those are a restart.',
    settings: (draw) => ({ ...often, ...noRules, REPORT_MS: draw.lasting(500) }),
    async play(app) {
      await app.ready();
      app.get('/report', { as: 'report', takesMs: app.setting('REPORT_MS') });
      await app.says('report.begins');
      app.get('/livez', { as: 'livez', takesMs: app.setting('REPORT_MS') });
      app.stillWithin('REPORT_MS', { of: 'report' });
      await app.answered('livez');
      await app.answered('report');
    },
    expect: [
      must(theProbeWaitsForTheBlock, {
        because: 'The probe measures the loop, whatever is written in its handler.',
        help: 'Give the probe more time than the longest honest block, and look for the block.',
      }),
      must(answer('livez').hasStatus(200), {
        because: 'The process was never dead; only late.',
        help: 'Nothing in the handler can change this: it had no turn.',
      }),
    ],
  }),

  scene('a monitor that looks once a minute', {
    id: 'the-monitor-holds-nobody',
    point: 4,
    question: 'The next sample is due in a minute, and SIGTERM arrives. How long does the process live?',
    answer:
      'A moment. The timer of the monitor is let go (`unref`), so it fires while the process lives and does not keep it alive.',
    settings: () => ({ SAMPLE_MS: 60_000 }),
    async play(app) {
      await app.ready();
      app.get('/readyz', { as: 'readyz' });
      await app.answered('readyz');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(answer('readyz').hasStatus(200), {
        because: 'A fresh process that has not taken a sample yet has nothing against it.',
        help: 'Begin with no alert.',
      }),
      must(exit.hasCode(0), {
        because: 'A deploy waits for every process; one that waits for its own monitor is killed.',
        help: 'unref the timer that samples.',
      }),
      must(eventLine('sample').neverComes(), {
        because: 'The end must not wait for the next look.',
        help: 'unref the timer that samples.',
      }),
    ],
  }),
];
