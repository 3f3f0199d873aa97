import {
  type App,
  answer,
  broken,
  type Claim,
  eventLine,
  eventLines,
  eventsOf,
  example,
  exit,
  holds,
  moot,
  must,
  outcomeOf,
  scene,
  type Timeline,
  theLines,
  whatStoppedThePlay,
  workers,
} from '#grader';

const noLimitInSight = { JOB_LIMIT_MS: 60_000, GRACE_MS: 60_000 };

/** The pid that an answer names, or undefined where there is no such answer. */
function workerOf(timeline: Timeline, request: string): number | undefined {
  const outcome = outcomeOf(timeline, request);
  return outcome?.kind === 'answer' && outcome.status === 200 ? JSON.parse(outcome.body).worker : undefined;
}

interface Look {
  readonly children: readonly number[];
  readonly living: readonly number[];
}

const lookAt = (timeline: Timeline, name: string): Look | undefined =>
  eventsOf(timeline, 'fact').find((fact) => fact.name === `look at ${name}`)?.value as Look | undefined;

const notYet = (timeline: Timeline): string =>
  whatStoppedThePlay(timeline) ?? 'the scene did not come so far';

/** Which workers were given jobs, in the order in which they were given. */
const givenTo = (timeline: Timeline): unknown[] =>
  eventLines(timeline, { event: 'job.given' }).map(({ fields }) => fields.worker);

const areGivenTo = (how: 'the same worker' | 'different workers'): Claim => ({
  text: `the first two jobs are given to ${how}`,
  judge(timeline) {
    const [first, second] = givenTo(timeline);
    if (second === undefined) return moot(notYet(timeline));
    return (first === second) === (how === 'the same worker')
      ? holds
      : broken(how, `the workers ${first} and ${second}`);
  },
});

const areDoneByChildren = (...requests: string[]): Claim => ({
  text: 'each answer names a child process of the program',
  judge(timeline) {
    const children = lookAt(timeline, 'the workers')?.children;
    const pids = requests.map((request) => workerOf(timeline, request));
    if (children === undefined || pids.includes(undefined)) return moot(notYet(timeline));
    return pids.every((pid) => children.includes(pid as number))
      ? holds
      : broken(`pids out of ${children.join(', ')}`, pids.join(', '));
  },
});

/** We drop the request ourselves when the scene is over. */
const isStillOpen = (request: string): Claim => ({
  text: `"${request}" is still being worked on`,
  judge(timeline) {
    const outcome = outcomeOf(timeline, request);
    if (whatStoppedThePlay(timeline) !== undefined) return moot(notYet(timeline));
    return outcome === undefined || (outcome.kind === 'request-failed' && outcome.code === 'GIVEN_UP')
      ? holds
      : broken('no answer yet', outcome.kind === 'answer' ? outcome.body : outcome.code);
  },
});

const theWaitsDouble: Claim = {
  text: 'each wait before a restart is twice as long as the one before it',
  judge(timeline) {
    const waits = eventLines(timeline, { event: 'worker.restart' }).map(({ fields }) =>
      Number(fields.waitMs),
    );
    if (waits.length < 2) return moot(notYet(timeline));
    return waits.every((wait, index) => index === 0 || wait === 2 * (waits[index - 1] as number))
      ? holds
      : broken('waits that double', waits.join(', '));
  },
};

/** Of the two workers one could not read that its channel had ended. */
const onlyTheBlockedWorkerLives: Claim = {
  text: 'the idle worker ends by itself, and the one whose loop is blocked lives on',
  judge(timeline) {
    const living = lookAt(timeline, 'the end')?.living;
    const blocked = eventLines(timeline, { event: 'job.given' })[0]?.fields.worker;
    if (living === undefined) return moot(notYet(timeline));
    return living.length === 1 && living[0] === blocked
      ? holds
      : broken(`the process ${blocked} and no other`, `the processes ${living.join(', ') || 'none'}`);
  },
};

const anotherThan = (request: string): Claim => ({
  text: `"${request}" is answered by another worker than the one that died`,
  judge(timeline) {
    const dead = eventLines(timeline, { event: 'worker.exit' })[0]?.fields.worker;
    const worker = workerOf(timeline, request);
    if (dead === undefined || worker === undefined) return moot(notYet(timeline));
    return worker === dead ? broken(`not ${dead}`, `${worker}`) : holds;
  },
});

/** Stops all workers, so that what they are given stays in their hands for as long as the scene needs. */
async function holdWorkers(app: App): Promise<readonly number[]> {
  const { children } = app.tree.look('the workers');
  for (const pid of children) {
    app.tree.signal(pid, 'SIGSTOP');
    await app.tree.untilStopped(pid);
  }
  return children;
}

const letGo = (app: App, pids: readonly number[]): void => {
  for (const pid of pids) app.tree.signal(pid, 'SIGCONT');
};

const diesOfSigkill = eventLine('worker.exit').has('signal', 'SIGKILL', (signal) => signal === 'SIGKILL');

const becauseJobsAreAnswered =
  'Somebody waits for every job. One that is neither answered nor refused holds a user, a connection and memory.';
const becauseOfTheOrphans =
  'A worker that outlives its coordinator holds memory and ports, and works for nobody.';

export const ipcBasics = example('08-ipc-basics', {
  title: 'An HTTP front and the worker processes that do its jobs',
  points: [
    'Inter-process communication',
    'Message passing patterns',
    'Process coordination',
    'IPC error handling',
  ],
  requests: [
    { key: 'r', method: 'GET', path: '/render?id=yours&ms=500' },
    { key: 'b', method: 'GET', path: '/render?fault=block' },
    { key: 'c', method: 'GET', path: '/render?fault=crash' },
    { key: 'l', method: 'GET', path: '/render?fault=leave' },
    { key: 'd', method: 'GET', path: '/ready' },
  ],
  scenes: [
    scene('a job, and who does it', {
      id: 'a-job',
      point: 1,
      question: 'A request comes in by HTTP and is answered by HTTP. Which process has done the work?',
      answer:
        'A child of the one that was asked. The job went to it as a message over the channel that fork has opened, and the result came back as another; the front only passes them on.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        app.tree.look('the workers');
        app.get(`/render?id=${draw.token()}&ms=50`, { as: 'job', takesMs: 50 });
        await app.answered('job');
      },
      expect: [
        must(areDoneByChildren('job'), {
          because: 'What blocks or crashes in a child does so there, and the front goes on.',
          help: 'fork starts a child and opens a channel to it.',
        }),
        must(answer('job').holdsItsOwn('id'), {
          because: becauseJobsAreAnswered,
          help: 'Give each message an id, and look the id up when the answer comes.',
        }),
      ],
    }),

    scene('a slow job and a quick one', {
      id: 'answers-out-of-order',
      point: 2,
      question: 'The only worker gets a slow job and then a quick one. Does the quick one wait?',
      answer:
        'No. A channel keeps the order of messages, not of work: the quick result came back while the slow job went on. What belongs together is said by the id that each question has and its answer repeats.',
      settings: () => ({ ...noLimitInSight, WORKERS: 1 }),
      async play(app, draw) {
        await app.ready();
        app.get(`/render?id=${draw.token()}&ms=60000`, { as: 'slow' });
        await app.says('job.given');
        app.get(`/render?id=${draw.token()}&ms=1`, { as: 'quick' });
        await app.answered('quick');
      },
      expect: [
        must(areGivenTo('the same worker'), {
          because: 'One channel carries many conversations at once.',
          help: 'A worker that awaits takes the next message meanwhile.',
        }),
        must(answer('quick').holdsItsOwn('id'), {
          because: 'Whoever takes the next message for the answer gives one user the result of another.',
          help: 'Match answers by id, never by order.',
        }),
        must(isStillOpen('slow'), {
          because:
            'A pool that waits for one answer before it sends the next job uses a fraction of its workers.',
          help: 'Keep a map from id to whoever waits.',
        }),
      ],
    }),

    scene('more jobs than there is room for', {
      id: 'too-many-jobs',
      point: 2,
      question:
        'Two workers may hold one job each, and one job may wait. We stop both with SIGSTOP and send four. Where does each of them go?',
      answer:
        'One to each worker, one into the queue, and the fourth got 503 at once; the three others were done when the workers could go on. The channel itself would have taken all of them, and as many more as fit into memory.',
      settings: () => ({ ...noLimitInSight, JOBS_PER_WORKER: 1, MAX_WAITING: 1 }),
      async play(app, draw) {
        await app.ready();
        const held = await holdWorkers(app);
        for (const as of ['first', 'second', 'third']) {
          app.get(`/render?id=${draw.token()}`, { as });
          await app.accepted(as);
        }
        app.get('/render', { as: 'fourth' });
        await app.answered('fourth');
        letGo(app, held);
        await app.answered('first');
        await app.answered('second');
        await app.answered('third');
      },
      expect: [
        must(areGivenTo('different workers'), {
          because: 'A second process earns its memory only if it works while the first one does.',
          help: 'Give a job to the worker that holds the fewest.',
        }),
        must(answer('fourth').hasStatus(503), {
          because:
            'A queue without an end turns a busy minute into an outage: all wait, and nobody is served.',
          help: 'Bound what a worker holds and what waits, and refuse the rest at once.',
        }),
        must(answer('third').holdsItsOwn('id'), {
          because: becauseJobsAreAnswered,
          help: 'Look at the queue whenever a worker has answered.',
        }),
      ],
    }),

    scene('a message that makes no sense', {
      id: 'message-refused',
      point: 2,
      question: 'A worker answers a job that nobody gave it. What does the coordinator do with the message?',
      answer:
        'It said so and dropped it, and the real answer came after it. What comes through a channel is input like any other; reading a field of what is not there would have ended the coordinator.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        app.get(`/render?id=${draw.token()}&fault=babble`, { as: 'job' });
        await app.answered('job');
      },
      expect: [
        must(eventLine('message.refused').comesOnce(), {
          because:
            'A confused worker, an old version during a deploy and an attacker look the same from here.',
          help: 'Check type and id before anything is done with a message.',
        }),
        must(answer('job').holdsItsOwn('id'), {
          because: becauseJobsAreAnswered,
          help: 'A message that is refused must not disturb the others.',
        }),
      ],
    }),

    scene('SIGTERM while a job is in a worker', {
      id: 'sigterm-with-a-job',
      point: 3,
      question: 'A deploy sends SIGTERM to the coordinator. Who tells the workers, and when?',
      answer:
        'The coordinator, last of all: it answered what was open, then closed the channels, and each worker ended with its channel. No signal was sent to them.',
      settings: () => noLimitInSight,
      afterExit: 'watch',
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(500);
        app.get(`/render?id=${draw.token()}&ms=${takesMs}`, { as: 'job', takesMs });
        await app.says('job.given');
        app.signal('SIGTERM');
        await app.answered('job');
        await app.gone();
        await app.tree.settles('the end');
      },
      expect: [
        must(answer('job').holdsItsOwn('id'), {
          because: 'Every deploy sends SIGTERM; a job that it cuts off is an error that a user sees.',
          help: 'Close the front, await the open answers, and only then let go of the workers.',
        }),
        must(theLines({ event: 'stopping' }, { event: 'worker.exit' }, { event: 'stopped' }).comeInOrder(), {
          because: 'A coordinator that ends before its workers cannot say how they ended.',
          help: 'Await the exit of each child.',
        }),
        must(eventLine('worker.restart').neverComes(), {
          because: 'A worker that was told to go and is replaced never lets the shutdown end.',
          help: 'Keep a mark of your own that the end has begun.',
        }),
        must(workers.noneIsLeft(), { because: becauseOfTheOrphans, help: 'Await the exit of each child.' }),
        must(exit.hasCode(0), {
          because: 'A supervisor reads the exit code and nothing else; 0 says that nobody was dropped.',
          help: 'Set the code when the last worker is gone.',
        }),
      ],
    }),

    scene('Ctrl-C, which reaches the workers as well', {
      id: 'ctrl-c',
      point: 3,
      question: 'A terminal sends SIGINT to the whole group. Do the workers end before their jobs are done?',
      answer:
        'No. They listen for the signal and do nothing, because one process has to decide, and that is the coordinator. Without that listener the job would have died with its worker.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(500);
        app.get(`/render?id=${draw.token()}&ms=${takesMs}`, { as: 'job', takesMs });
        await app.says('job.given');
        app.signalGroup('SIGINT');
        await app.answered('job');
        await app.gone();
      },
      expect: [
        must(answer('job').holdsItsOwn('id'), {
          because: 'A supervisor that signals the whole group, as systemd does, is a Ctrl-C in production.',
          help: 'Give the workers a listener for SIGINT and SIGTERM that leaves the decision to the parent.',
        }),
        must(
          eventLine('worker.exit').has('code', '0', (code) => code === 0),
          { because: 'A death by signal here is work that was cut off.', help: 'End them by their channel.' },
        ),
        must(exit.hasCode(0), {
          because: 'However it was asked, it ended cleanly.',
          help: 'One shutdown for both signals.',
        }),
      ],
    }),

    scene('a worker that cannot hear', {
      id: 'killed-at-the-limit',
      point: 3,
      question:
        'A job blocks its worker for ever, and SIGTERM comes. How does the shutdown end, and what is left?',
      answer:
        'At the limit the coordinator killed the workers with SIGKILL, waited for their deaths, answered the job with 503, and ended with code 1. Nobody was left.',
      settings: (draw) => ({ JOB_LIMIT_MS: 60_000, GRACE_MS: draw.lasting(500) }),
      afterExit: 'watch',
      async play(app) {
        await app.ready();
        app.get('/render?fault=block', { as: 'stuck', takesMs: app.setting('GRACE_MS') });
        await app.says('job.given');
        app.signal('SIGTERM');
        await app.gone({ afterMs: app.setting('GRACE_MS') });
        await app.answered('stuck');
        await app.tree.settles('the end');
      },
      expect: [
        must(diesOfSigkill, {
          because:
            'A loop that is blocked reads no message and calls no listener; only the kernel can end it.',
          help: 'child.kill("SIGKILL"), for each of them.',
        }),
        must(workers.noneIsLeft(), {
          because: 'A limit that only ends the coordinator leaves exactly the worker that was in trouble.',
          help: 'Kill the workers, not yourself.',
        }),
        must(answer('stuck').hasStatus(503), {
          because: becauseJobsAreAnswered,
          help: 'The death of a worker gives its jobs back; answer them.',
        }),
        must(exit.hasCode(1), {
          because: 'A forced end that says 0 hides a dropped user.',
          help: 'Set the code to 1 at the limit.',
        }),
      ],
    }),

    scene('the coordinator is killed', {
      id: 'coordinator-sigkill',
      point: 3,
      question:
        'The coordinator gets SIGKILL and can tell nobody. One worker is idle, the loop of the other is blocked. Which of them is left?',
      answer:
        'The blocked one. The kernel closed the channels; the idle worker read that as "disconnect" and ended. The other reads nothing, and belongs to nobody now.',
      settings: () => noLimitInSight,
      afterExit: 'watch',
      async play(app, draw) {
        await app.ready();
        app.get('/render?fault=block', { as: 'stuck' });
        const { worker } = await app.says('job.given');
        // What the other worker has answered meanwhile tells that the first has long read its own job.
        for (let count = 1; count <= 5; count += 1) {
          app.get(`/render?id=${draw.token()}`, { as: `meanwhile ${count}` });
          await app.answered(`meanwhile ${count}`);
        }
        const { children } = app.tree.look('the workers');
        app.signal('SIGKILL');
        await app.tree.untilDead(children.filter((pid) => pid !== worker));
        app.tree.look('the end');
      },
      expect: [
        must(onlyTheBlockedWorkerLives, {
          because: becauseOfTheOrphans,
          help: 'Listen for "disconnect" in the worker; for blocked loops let the platform end the whole group.',
        }),
      ],
    }),

    scene('a worker dies with a job in its hands', {
      id: 'worker-sigkill',
      point: 4,
      question:
        'We stop both workers, send a job, and kill the one that was given it, as the kernel does when memory is short. Who answers?',
      answer:
        'The other worker. The coordinator knew from its own list what the dead one had held, gave it to the next, and started a replacement after a short wait.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        const held = await holdWorkers(app);
        app.get(`/render?id=${draw.token()}`, { as: 'job' });
        const { worker } = await app.says('job.given');
        app.tree.signal(Number(worker), 'SIGKILL');
        letGo(
          app,
          held.filter((pid) => pid !== worker),
        );
        await app.answered('job');
        await app.says('worker.restart');
      },
      expect: [
        must(areGivenTo('different workers'), {
          because: becauseJobsAreAnswered,
          help: 'Keep a list of what each worker holds; its "exit" gives the jobs back.',
        }),
        must(anotherThan('job'), {
          because: 'Nobody may notice that a worker died but those who read the log.',
          help: 'Try it again elsewhere, if the job may be done twice.',
        }),
        must(diesOfSigkill, {
          because: 'The code is null here; code > 0 would have taken this death for a success.',
          help: 'Look at the signal first.',
        }),
        must(eventLine('worker.restart').comesOnce(), {
          because: 'Without a replacement the service shrinks by one worker at each death.',
          help: 'Start one in the "exit" listener, after a wait.',
        }),
      ],
    }),

    scene('a job that kills whoever takes it', {
      id: 'poisonous-job',
      point: 4,
      question: 'A job ends its worker each time. How many workers does it cost?',
      answer:
        'Two, because a job has two tries; then it was answered with 502. The job after it was done as if nothing had happened.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        app.get('/render?fault=crash', { as: 'poison' });
        await app.answered('poison');
        app.get(`/render?id=${draw.token()}`, { as: 'next' });
        await app.answered('next');
      },
      expect: [
        must(answer('poison').hasStatus(502), {
          because: 'A job that is tried for ever ends one worker after the other.',
          help: 'Count the tries with the job.',
        }),
        must(answer('next').holdsItsOwn('id'), {
          because: 'One bad request must not be an outage for all others.',
          help: 'Replace the dead, and go on.',
        }),
      ],
    }),

    scene('a job that never comes back', {
      id: 'job-too-long',
      point: 4,
      question: 'A job blocks its worker for ever, and nobody stops the service. When is its caller told?',
      answer:
        'At the limit of the job, with 504. The worker was killed, because a blocked loop answers nobody, and replaced; meanwhile the other one did what came.',
      settings: (draw) => ({ ...noLimitInSight, JOB_LIMIT_MS: draw.lasting(900) }),
      async play(app, draw) {
        await app.ready();
        app.get('/render?fault=block', { as: 'stuck', takesMs: app.setting('JOB_LIMIT_MS') });
        await app.says('job.given');
        app.get(`/render?id=${draw.token()}`, { as: 'other' });
        await app.answered('other');
        await app.answered('stuck');
        await app.says('worker.restart');
      },
      expect: [
        must(answer('stuck').hasStatus(504), {
          because: becauseJobsAreAnswered,
          help: 'Start a timer with each question.',
        }),
        must(answer('other').holdsItsOwn('id'), {
          because:
            'A worker that is stuck holds jobs that are given to it later, unless the load is looked at.',
          help: 'Give a job to the worker that holds the fewest.',
        }),
        must(diesOfSigkill, {
          because: 'A worker that is stuck stays stuck: it burns a core and holds a place.',
          help: 'Kill it, and let its "exit" do the rest.',
        }),
      ],
    }),

    scene('a worker closes its channel', {
      id: 'channel-closes',
      point: 4,
      question: 'A worker calls process.disconnect() in the middle of a job. What does its parent notice?',
      answer:
        'The end of the channel, as "disconnect", and then the end of the process. The job in it was lost with the channel, and answered with 502, since its one try was used up.',
      settings: () => ({ ...noLimitInSight, TRIES: 1 }),
      async play(app, draw) {
        await app.ready();
        app.get('/render?fault=leave&ms=60000', { as: 'left' });
        await app.answered('left');
        app.get(`/render?id=${draw.token()}`, { as: 'next' });
        await app.answered('next');
      },
      expect: [
        must(answer('left').hasStatus(502), {
          because: 'A worker without a channel works on, and its result reaches nobody.',
          help: 'Treat "disconnect" as the end of a worker, and see that the process ends, too.',
        }),
        must(eventLine('worker.exit').comesOnce(), {
          because: becauseOfTheOrphans,
          help: 'Listen for "disconnect" on both sides.',
        }),
        must(answer('next').holdsItsOwn('id'), {
          because: 'One worker without a channel is one worker fewer, not an outage.',
          help: 'Replace it.',
        }),
      ],
    }),

    scene('workers that die at their start', {
      id: 'dies-at-start',
      point: 4,
      question:
        'A deploy has broken the worker: it ends as soon as it starts. How often is it started again?',
      answer:
        'Three times, each after twice the wait, and then the coordinator ended with code 1. It never said that it was ready, so no balancer sent anybody.',
      settings: (draw) => ({ FAULT: 'dies-at-start', BACKOFF_MS: draw.integer(20, 40), MAX_DEATHS: 3 }),
      async play(app) {
        await app.gone({ afterMs: 7 * app.setting('BACKOFF_MS') });
      },
      expect: [
        must(theWaitsDouble, {
          because: 'Restarts without a wait use all cores of the machine for nothing, and fill its log.',
          help: 'Double the wait with each death, and begin anew once a job was done.',
        }),
        must(eventLine('ready').neverComes(), {
          because: 'A front without workers takes requests that nobody will answer.',
          help: 'Listen when the workers have said that they are there.',
        }),
        must(exit.hasCode(1), {
          because: 'What no restart mends is for whoever started the service to see.',
          help: 'Give up after some deaths in a row, with a code.',
        }),
      ],
    }),
  ],
});
