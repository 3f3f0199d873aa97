import {
  answer,
  asksUntil,
  broken,
  type Claim,
  eventLine,
  eventLines,
  eventsOf,
  heapSnapshots,
  holds,
  jsonOf,
  moot,
  must,
  numericSetting,
  outcomeOf,
  scene,
  snapshotIn,
  type Timeline,
  theLines,
  whatStoppedThePlay,
} from '#grader';

const token = 'open-sesame';
const allowed = { DEBUG_TOKEN: token, DIAG_DIR: '.' };
const asExaminer = { headers: { 'x-debug-token': token } };

// What a snapshot of a small heap may take where several others are being written on the same two cores.
const aSnapshotTakesMs = 20_000;

interface Times {
  readonly name: string;
  readonly selfMs: number;
  readonly totalMs: number;
}
interface Summary {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** What the answer to a request says, or undefined where none came. */
function saidTo(timeline: Timeline, request: string): Readonly<Record<string, unknown>> | undefined {
  const outcome = outcomeOf(timeline, request);
  return outcome?.kind === 'answer' ? jsonOf(outcome) : undefined;
}

const noAnswer = (timeline: Timeline) => moot(whatStoppedThePlay(timeline) ?? 'no answer came');

const hottestIn = (timeline: Timeline): readonly Times[] | undefined =>
  saidTo(timeline, 'profile')?.hottest as readonly Times[] | undefined;

const theProfileTellsThemApart: Claim = {
  text: 'applyDiscounts is first by self time, and the route GET /price has at least as much in all',
  judge(timeline) {
    const hottest = hottestIn(timeline);
    if (hottest === undefined) return noAnswer(timeline);
    const [first] = hottest;
    const outer = hottest.find(({ name }) => name === 'GET /price');
    if (first?.name === 'applyDiscounts' && outer !== undefined && outer.totalMs >= first.totalMs)
      return holds;
    return broken('applyDiscounts, and GET /price with as much in all or more', JSON.stringify(hottest));
  },
};

/** A quarter of the profile is more than a busy machine makes of the little that the program did. */
const theProfileIsNearlyEmpty: Claim = {
  text: 'our functions used less than a quarter of the time that was profiled',
  judge(timeline) {
    const hottest = hottestIn(timeline);
    const profileMs = numericSetting(timeline, 'PROFILE_MS') ?? 0;
    if (hottest === undefined) return noAnswer(timeline);
    const usedMs = hottest.reduce((sum, { selfMs }) => sum + selfMs, 0);
    return usedMs < profileMs / 4
      ? holds
      : broken(`less than ${profileMs / 4} ms`, `${usedMs} ms: ${JSON.stringify(hottest)}`);
  },
};

/** The last answer of those that were asked for until they said enough. */
const lastMetrics = (timeline: Timeline): Readonly<Record<string, unknown>> | undefined => {
  const last = eventsOf(timeline, 'answer').findLast(({ name }) => name.startsWith('metrics'));
  return last === undefined ? undefined : jsonOf(last);
};

const timingOf = (timeline: Timeline, name: string): Summary | undefined =>
  (lastMetrics(timeline)?.timings as Record<string, Summary> | undefined)?.[name];

const theTimings = (
  name: string,
  what: string,
  accepts: (summary: Summary, timeline: Timeline) => boolean,
): Claim => ({
  text: `the timings of ${name}: ${what}`,
  judge(timeline) {
    const summary = timingOf(timeline, name);
    if (summary === undefined) return noAnswer(timeline);
    return accepts(summary, timeline) ? holds : broken(what, JSON.stringify(summary));
  },
});

const theLoop = (what: string, accepts: (loop: Summary, timeline: Timeline) => boolean): Claim => ({
  text: `the delays of the loop: ${what}`,
  judge(timeline) {
    const loop = lastMetrics(timeline)?.loop as Summary | undefined;
    if (loop === undefined) return noAnswer(timeline);
    return accepts(loop, timeline) ? holds : broken(what, JSON.stringify(loop));
  },
});

const fewMeasuresAreKept: Claim = {
  text: 'Node keeps none of the measures that were counted, or the very last ones',
  judge(timeline) {
    const kept = lastMetrics(timeline)?.measuresKept;
    if (typeof kept !== 'number') return noAnswer(timeline);
    return kept < 5 ? holds : broken('fewer than 5', `${kept} are kept`);
  },
};

/** A machine that is busy may make the program stand still elsewhere too, so one line of several has to name it. */
const theStuckFunctionIs = (name: string): Claim => ({
  text: `a line "loop.stuck" names the function ${name}`,
  judge(timeline) {
    const lines = eventLines(timeline, { event: 'loop.stuck' });
    if (lines.some(({ fields }) => fields.function === name)) return holds;
    return lines.length === 0
      ? noAnswer(timeline)
      : broken(name, lines.map(({ fields }) => String(fields.function)).join(', '));
  },
});

const theSnapshotBlockedTheLoop: Claim = {
  text: 'the loop was delayed for as long as the snapshot took',
  judge(timeline) {
    const blockedMs = Number(saidTo(timeline, 'snapshot')?.blockedMs);
    const loop = lastMetrics(timeline)?.loop as Summary | undefined;
    if (loop === undefined || Number.isNaN(blockedMs)) return noAnswer(timeline);
    // The histogram rounds to a thousandth.
    return loop.maxMs >= blockedMs * 0.99
      ? holds
      : broken(`a delay of ${blockedMs} ms`, `${loop.maxMs} ms at the most`);
  },
};

const metricsCount = (name: string, count: number) => (body: Readonly<Record<string, unknown>>) =>
  ((body.timings as Record<string, Summary> | undefined)?.[name]?.count ?? 0) >= count;

export const scenes = [
  scene('a profile under load', {
    id: 'profile-under-load',
    point: 1,
    question:
      'The route GET /price does hardly anything itself: it calls priceOrder, which calls applyDiscounts in a loop. A profile has a self time and a total time for each function. Which is first by which?',
    answer:
      'The route by total time, because everything below it counts; applyDiscounts by self time, and there is the work to save. A function in between may be missing, where the compiler has put it into its caller.',
    settings: (draw) => ({ ...allowed, PROFILE_MS: draw.lasting(700) }),
    async play(app) {
      await app.ready();
      void app.keepAsking('/price?items=1000', { on: 'customer' });
      await app.answered('customer 1');
      app.post('/debug/cpu-profile', {
        as: 'profile',
        takesMs: 4 * app.setting('PROFILE_MS'),
        ...asExaminer,
      });
      await app.answered('profile');
    },
    expect: [
      must(answer('profile').hasStatus(200), {
        because: 'The profile that is worth most is that of the process which is slow now.',
        help: 'The inspector is part of Node; nothing has to be restarted, and no port opened.',
      }),
      must(theProfileTellsThemApart, {
        because: 'Total time says where to look, self time what to change.',
        help: 'Sort by self time first, then follow the callers.',
      }),
    ],
  }),

  scene('a profile of a wait', {
    id: 'profile-of-a-wait',
    point: 1,
    question:
      'A client waits for a second, because a database is slow. What does a CPU profile of that second show?',
    answer:
      'Next to nothing. A CPU profile counts what runs, and a wait does not run; a slow request with an empty profile has its cause outside of the process.',
    settings: (draw) => ({ ...allowed, PROFILE_MS: draw.lasting(700) }),
    async play(app) {
      await app.ready();
      const ms = app.setting('PROFILE_MS');
      app.get(`/wait?ms=${ms}`, { as: 'slow', takesMs: ms });
      app.post('/debug/cpu-profile', { as: 'profile', takesMs: 4 * ms, ...asExaminer });
      await app.answered('profile');
      await app.answered('slow');
    },
    expect: [
      must(answer('slow').takesItsTime('ms'), {
        because: 'It was slow, and its client knows.',
        help: 'Measure requests as well; a profile alone does not tell that anybody waits.',
      }),
      must(theProfileIsNearlyEmpty, {
        because: 'Nobody finds a slow database by looking for a hot function.',
        help: 'Measure the calls to others, each for itself.',
      }),
    ],
  }),

  scene('two who want to know', {
    id: 'one-at-a-time',
    point: 1,
    question:
      'An alert asks for a profile while another is being taken, and once more right after it. What does it get?',
    answer:
      '409, and then 429. One examination at a time, and a pause after each: what is meant to explain a slow process must not be what makes it slow.',
    settings: (draw) => ({ ...allowed, PROFILE_MS: draw.lasting(700) }),
    async play(app) {
      await app.ready();
      const takesMs = 4 * app.setting('PROFILE_MS');
      app.post('/debug/cpu-profile', { as: 'first', takesMs, ...asExaminer });
      // Read after it, so the first one is certainly under way.
      app.get('/', { as: 'probe' });
      await app.answered('probe');
      app.post('/debug/cpu-profile', { as: 'second', takesMs, ...asExaminer });
      await app.answered('second');
      app.stillWithin('PROFILE_MS', { of: 'first' });
      await app.answered('first');
      app.post('/debug/heap-snapshot', { as: 'third', ...asExaminer });
      await app.answered('third');
    },
    expect: [
      must(answer('first').hasStatus(200), {
        because: 'The first one is to be finished, whoever else asks.',
        help: 'Remember that one is under way.',
      }),
      must(answer('second').hasStatus(409), {
        because: 'Two profilers in one process measure each other.',
        help: 'Refuse, and say why.',
      }),
      must(answer('third').hasStatus(429), {
        because: 'An alert that fires again because of its own examination never ends.',
        help: 'Leave a pause after each, counted from its end.',
      }),
    ],
  }),

  scene('somebody without the token', {
    id: 'not-for-everybody',
    point: 2,
    question:
      'A stranger asks for a heap snapshot. Why must the answer be no, besides the time that it takes?',
    answer:
      'It was 403, and nothing was written. A heap snapshot holds every string in the memory: passwords, tokens, the data of users.',
    settings: () => allowed,
    async play(app) {
      await app.ready();
      app.post('/debug/heap-snapshot', { as: 'stranger' });
      await app.answered('stranger');
    },
    expect: [
      must(answer('stranger').hasStatus(403), {
        because: 'The file is a copy of the memory, secrets and all.',
        help: 'Ask for a token, or listen on a port of its own that only operators reach.',
      }),
      must(eventLine('examined').neverComes(), {
        because: 'A refusal that first does the work is none.',
        help: 'Ask who it is before anything else.',
      }),
    ],
  }),

  scene('sessions that stay', {
    id: 'sessions-that-stay',
    point: 2,
    question:
      'A thousand sessions are opened. 600 are closed properly; the other 400 are taken off the list, and their listener is forgotten. How many are on the heap after a collection?',
    answer:
      'The 400. Each is still held by the listener, which holds its session. Counting the living instances of a class answers in a moment what the heap graph only hints at.',
    settings: () => allowed,
    async play(app) {
      await app.ready();
      app.post('/sessions?open=1000', { as: 'open' });
      await app.answered('open');
      app.post('/sessions?close=600', { as: 'close' });
      await app.answered('close');
      app.post('/sessions?close=400&forget', { as: 'forget' });
      await app.answered('forget');
      app.post('/debug/sessions', { as: 'count', takesMs: aSnapshotTakesMs, ...asExaminer });
      await app.answered('count');
    },
    expect: [
      must(
        answer('count').hasField('open', 'none', (value) => value === 0),
        {
          because: 'By its own book the program holds nothing, which is why nobody looks there.',
          help: 'The list is not the only thing that holds a session.',
        },
      ),
      must(
        answer('count').hasField('alive', '400', (value) => value === 400),
        {
          because:
            'A listener on something that lives for ever lives for ever, and so does what it refers to.',
          help: 'Take the listener away where the session ends.',
        },
      ),
    ],
  }),

  scene('a heap snapshot', {
    id: 'a-snapshot-blocks',
    point: 2,
    question: 'A heap snapshot of a small process is written. What do its users notice?',
    answer:
      'The loop stood still from the first byte to the last, and everybody waited. Here the heap is small; a larger one takes longer, and needs about as much memory once more while it is written.',
    folders: ['diag'],
    settings: () => ({ ...allowed, DIAG_DIR: 'diag' }),
    async play(app, _draw, stage) {
      await app.ready();
      app.post('/debug/heap-snapshot', { as: 'snapshot', takesMs: aSnapshotTakesMs, ...asExaminer });
      await app.answered('snapshot');
      await snapshotIn('diag', { app, stage });
      app.get('/metrics', { as: 'metrics' });
      await app.answered('metrics');
    },
    expect: [
      must(heapSnapshots.isWritten(), {
        because: 'Half a snapshot opens in no tool.',
        help: 'v8.writeHeapSnapshot returns when the file is whole.',
      }),
      must(theSnapshotBlockedTheLoop, {
        because:
          'A liveness probe that comes meanwhile is not answered, and the platform may kill the process.',
        help: 'Take the instance out of the balancer first.',
      }),
    ],
  }),

  scene('measures that do not pile up', {
    id: 'measures-do-not-pile-up',
    point: 3,
    question:
      'Every request leaves a performance measure, and an observer counts it. How many does Node still hold after twelve requests?',
    answer:
      'None, because they were cleared. Without that each of them stays in the list of performance entries for as long as the process lives, observed or not.',
    settings: () => allowed,
    async play(app, _draw, stage) {
      await app.ready();
      for (let count = 1; count <= 12; count += 1) {
        app.get('/price?items=1', { as: `price ${count}` });
        await app.answered(`price ${count}`);
      }
      await asksUntil({ app, stage }, '/metrics', {
        as: 'metrics',
        needed: 'counted twelve prices',
        accepts: (seen) => metricsCount('GET /price', 12)(jsonOf(seen)),
      });
    },
    expect: [
      must(
        theTimings('GET /price', 'all twelve are counted', ({ count }) => count === 12),
        {
          because: 'A figure that loses some is worse than none, because it looks like one.',
          help: 'Observe before you measure.',
        },
      ),
      must(fewMeasuresAreKept, {
        because: 'A monitor that leaks is found last.',
        help: 'performance.clearMeasures, where they have been counted.',
      }),
    ],
  }),

  scene('one slow request among twenty', {
    id: 'one-among-twenty',
    point: 3,
    question:
      'Twenty requests are answered at once, and one waits for almost a second. Which of mean, median and maximum tell of it?',
    answer:
      'The maximum. The median has never heard of it, and the mean is a number that no request took. Keep the histogram and choose the percentile by who is to be protected.',
    settings: () => allowed,
    async play(app, draw, stage) {
      await app.ready();
      const ms = draw.lasting(800);
      app.get(`/wait?ms=${ms}`, { as: 'slow', takesMs: ms });
      for (let count = 1; count <= 20; count += 1) {
        app.get('/wait?ms=0', { as: `quick ${count}` });
        await app.answered(`quick ${count}`);
      }
      await app.answered('slow');
      await asksUntil({ app, stage }, '/metrics', {
        as: 'metrics',
        needed: 'counted all of them',
        accepts: (seen) => metricsCount('GET /wait', 21)(jsonOf(seen)),
      });
    },
    expect: [
      must(
        theTimings('GET /wait', 'the maximum is that of the slow one', ({ maxMs }, timeline) => {
          const slow = eventsOf(timeline, 'request').find(({ name }) => name === 'slow');
          return maxMs >= Number(/ms=(\d+)/.exec(slow?.path ?? '')?.[1]) - 2;
        }),
        {
          because: 'Somebody has waited that long.',
          help: 'Report the maximum beside the percentiles.',
        },
      ),
      must(
        theTimings('GET /wait', 'the median and the mean are not', ({ p50Ms, meanMs, maxMs }) => {
          return p50Ms < maxMs / 2 && meanMs < maxMs / 2;
        }),
        {
          because: 'An alarm on the average sleeps until everybody is slow.',
          help: 'Let alarms look at a high percentile.',
        },
      ),
    ],
  }),

  scene('one block, and three figures', {
    id: 'one-block-three-figures',
    point: 4,
    question:
      'An export holds the loop for half a second, once. The histogram of the delays has a median, a mean and a maximum. Which of them shows it?',
    answer:
      'The maximum again, and for one more reason: a loop that stands still counts nothing meanwhile, so the block is one entry among hundreds, however long it was.',
    settings: (draw) => ({ ...allowed, EXPORT_MS: draw.lasting(500) }),
    async play(app) {
      await app.ready();
      app.get('/export', { as: 'export', takesMs: app.setting('EXPORT_MS') });
      await app.answered('export');
      app.get('/metrics', { as: 'metrics' });
      await app.answered('metrics');
    },
    expect: [
      must(
        theLoop('the maximum is the block', ({ maxMs }, timeline) => {
          return maxMs >= (numericSetting(timeline, 'EXPORT_MS') ?? 0) * 0.99;
        }),
        {
          because: 'Everybody who asked in that half second has waited for it.',
          help: 'Watch the maximum of a short window.',
        },
      ),
      must(
        theLoop('the median is not', ({ p50Ms, maxMs }) => p50Ms < maxMs / 2),
        {
          because: 'Half of all turns were quick, which is no comfort to those who waited.',
          help: 'Do not judge a loop by its typical turn.',
        },
      ),
    ],
  }),

  scene('who holds the loop', {
    id: 'who-holds-the-loop',
    point: 4,
    question:
      'The loop stands still, so no timer, no signal listener and no route of the process can say anything. Who can say which function it is in?',
    answer:
      'A thread of the same process: it missed the beats of the main thread, paused it for a moment, read its stack, and let it go on. The line came while the export was still running.',
    settings: (draw) => ({ ...allowed, EXPORT_MS: draw.lasting(2_000), STUCK_MS: 300 }),
    async play(app) {
      await app.ready();
      app.get('/export', { as: 'export', takesMs: app.setting('EXPORT_MS') });
      await app.saysWhere('loop.stuck', 'that names renderExport', (fields) => {
        return fields.function === 'renderExport';
      });
      app.stillWithin('EXPORT_MS', { of: 'export' });
      await app.answered('export');
    },
    expect: [
      must(theStuckFunctionIs('renderExport'), {
        because: '"The loop was blocked" without a name is a search through the whole program.',
        help: 'inspector.Session.connectToMainThread, from a worker thread.',
      }),
      must(answer('export').hasStatus(200), {
        because: 'Whoever looks must not be whoever breaks it.',
        help: 'Disconnect as soon as the stack is read; the thread goes on by itself.',
      }),
      must(theLines({ event: 'ready' }, { event: 'loop.stuck' }).comeInOrder(), {
        because: 'The thread is there before the first request.',
        help: 'Wait for it to be online, then listen.',
      }),
    ],
  }),
];
