import {
  type App,
  asOne,
  Coordinator,
  type Draw,
  exit,
  exitOf,
  grader,
  jobs,
  must,
  program,
  restarts,
  type Scenario,
  type Stage,
  scenario,
  should,
  status,
  workers,
} from '#grader';

/** Long enough that no right program ever meets it. */
const noLimitInSight = { SHUTDOWN_TIMEOUT_MS: 60_000 };
const twoWorkers = { ...noLimitInSight, WORKERS: 2, BACKOFF_MS: 20, MAX_RESTARTS: 20 };
const foreverMs = 60_000;

/** A second program of a scenario, whose workers are all idle. */
const withoutJobs = 'with idle workers';

/** A second program of a scenario, in which one worker never comes to the end of its job. */
const withAHang = 'with a hanging worker';

/** A second program of a scenario, with a job that ends its worker each time. */
const withACrash = 'with a crashing job';

const withWorkers = ['ready-names-living-children'];

type Play = (parent: Coordinator, around: { app: App; draw: Draw; stage: Stage }) => Promise<void>;
type Plan = Omit<Parameters<typeof scenario>[1], 'play' | 'ipc' | 'after' | 'afterExit'> & { play: Play };

/** A check in which we are the coordinator's parent. What it leaves behind is looked at before it is ended. */
const coordinated = (
  title: string,
  { play, ...plan }: Plan,
  after: readonly string[] = withWorkers,
): Scenario =>
  scenario(title, {
    settings: () => twoWorkers,
    ...plan,
    ipc: true,
    after,
    afterExit: 'watch',
    play: (app: App, draw: Draw, stage: Stage) =>
      play(new Coordinator(app, { draw, stage }), { app, draw, stage }),
  });

const sleep = (draw: Draw, ms: number) => ({ kind: 'sleep', ms, value: draw.token() });
const echo = (draw: Draw) => ({ kind: 'echo', value: draw.token() });

const finishesOn = (signal: 'SIGTERM' | 'SIGINT', who: string) =>
  coordinated(`${signal} lets the jobs in flight finish and ends with code 0`, {
    id: `${signal.toLowerCase()}-finishes-jobs-in-flight`,
    point: 7,
    async play(parent, { app, draw, stage }) {
      const ms = draw.lasting(400);
      // Fewer restarts than workers: ends that were asked for are no deaths, and must not reach the limit.
      const idle = stage.startAgain({ app: withoutJobs, settings: { MAX_RESTARTS: 1 } });
      await parent.ready();
      await new Coordinator(idle, { draw, stage }).ready();
      idle.signal(signal);
      parent.jobs('held', 2, () => sleep(draw, ms));
      parent.job('queued', echo(draw));
      await parent.holds('held', 2);
      app.signal(signal);
      parent.stillLasts('held');
      await app.gone({ afterMs: ms });
      await idle.gone();
      await app.tree.settles('the end');
    },
    expect: [
      must(jobs('held').haveTheirResult(), {
        because: `${who} A job that is cut off then was accepted, begun, and never answered.`,
        help: 'Let each worker finish what it holds, and end it when it is idle. Guide 02, "Draining"; example 02-graceful-shutdown.',
      }),
      must(jobs('queued').areAnsweredOnce(), {
        because:
          'Whoever sent the job waits for one answer; with none it waits until its own limit, with two it does not know which.',
        help: 'When the shutdown begins, decide what becomes of the queue: run it, or answer ok: false.',
      }),
      must(exit.hasCode(0), {
        because:
          'A supervisor reads the exit code: 0 says that the end was clean, everything else raises an alarm.',
        help: 'The exit belongs to the moment in which the last worker has ended.',
      }),
      must(exitOf(withoutJobs).hasCode(0), {
        because:
          'The second program was sent the same signal while all its workers were idle. Most deploys meet a service in such a moment, and one that calls it a failure wakes somebody up.',
        help: 'A worker that ends because the coordinator wants it to has not died: such an end counts nowhere.',
      }),
      must(workers.noneIsLeft(), {
        because:
          'A worker that lives on holds memory, connections and locks, and nobody is left who knows of it.',
        help: 'End the workers before the coordinator ends, and wait for their "exit".',
      }),
    ],
  });

export default grader('exercise-5', [
  coordinated(
    'ready names as many living children as WORKERS says',
    {
      id: 'ready-names-living-children',
      point: 1,
      settings: (draw) => ({ ...noLimitInSight, WORKERS: draw.integer(3, 4) }),
      async play(parent, { app }) {
        await parent.announced();
        app.tree.look('the start');
      },
      expect: [
        must(workers.areAnnounced(), {
          because: 'Whoever starts a coordinator has to know when it can take work, and who does it.',
          help: 'Send the message when the workers are up, not when they were started. Example 08-ipc-basics.',
          gate: true,
        }),
        must(workers.areAsManyAsAskedFor(), {
          because:
            'How many workers a machine can carry is decided where it is run, not where it is written.',
          help: 'Read WORKERS, and wait until each of them has said that it is there.',
        }),
        must(workers.live(), {
          because:
            'A pid is what an operator looks up, measures and signals; one that is not there misleads in the worst moment.',
          help: 'The pid of a child process is a field of what fork gives back.',
          gate: true,
        }),
        must(workers.areChildren(), {
          because:
            'Only a parent is told when a process ends and how; a shell or a helper in between keeps that to itself.',
          help: 'Start the workers with fork or cluster, without a shell and without a helper. Threads are no processes.',
        }),
      ],
    },
    [],
  ),

  coordinated('every job gets exactly one result, with the right value', {
    id: 'every-job-is-answered-once',
    point: 2,
    async play(parent, { draw }) {
      const values = [draw.token(), 0, '', false, null, draw.integer(1, 999), { deep: [draw.token()] }, []];
      await parent.ready();
      parent.jobs('job', 16, (index) => ({ kind: 'echo', value: values[index % values.length] }));
      parent.jobs('job', 4, () => ({
        kind: 'sum',
        numbers: [draw.integer(1, 999), draw.integer(-99, 99), 0],
      }));
      parent.jobs('job', 2, () => sleep(draw, 30));
      await parent.answered('job');
      await parent.fence();
    },
    expect: [
      must(jobs('job').haveTheirResult(), {
        because: 'A job without an answer is waited for; one with two answers is charged twice.',
        help: 'Keep one record a job, from its arrival to its result, and forget it with the result. A value may be 0, "" or null.',
      }),
    ],
  }),

  coordinated('a task that rejects gives its message and costs no worker', {
    id: 'rejected-job-costs-no-worker',
    point: 2,
    async play(parent, { app, draw }) {
      await parent.ready();
      parent.jobs('rejecting', 4, () => ({ kind: 'fail', message: draw.token() }));
      parent.jobs('other', 2, () => echo(draw));
      await parent.answered('rejecting', 'other');
      await parent.fence();
      app.tree.look('the end');
    },
    expect: [
      must(jobs('rejecting').haveTheirResult(), {
        because: 'The message is all that the sender learns of why its job failed.',
        help: 'An Error becomes {} as JSON; send its message. Guide 08, "What survives serialization".',
      }),
      must(jobs('other').haveTheirResult(), {
        because: 'One bad job must not take others with it.',
        help: 'Catch the rejection in the worker and send it as a result.',
      }),
      must(workers.noneEnds(), {
        because:
          'A process costs a start and all its warm caches; bad input, which is common, must not cost one.',
        help: 'An unhandled rejection ends a Node process. Catch it where the task is run.',
      }),
    ],
  }),

  coordinated('the work is done in the worker that the result names', {
    id: 'work-is-done-where-named',
    point: 2,
    async play(parent, { app, draw }) {
      const [first, second] = await parent.ready();
      app.tree.signal(first, 'SIGSTOP');
      await app.tree.untilStopped(first);
      parent.jobs('one-stopped', 5, () => echo(draw));
      await app.leftAlone({ forMs: draw.lasting(120) });
      app.tree.signal(second, 'SIGSTOP');
      await app.tree.untilStopped(second);
      parent.jobs('all-stopped', 2, () => echo(draw));
      await app.leftAlone({ forMs: draw.lasting(120) });
      app.tree.signal(first, 'SIGCONT');
      app.tree.signal(second, 'SIGCONT');
      await parent.answered('one-stopped', 'all-stopped');
    },
    expect: [
      must(workers.doTheWorkThemselves('one-stopped'), {
        because:
          'The pid in a result is how one finds the process that was slow or wrong; a wrong pid sends the search elsewhere.',
        help: 'Name the worker whose message brought the result.',
      }),
      must(workers.doTheWorkThemselves('all-stopped'), {
        because: 'Work in the coordinator blocks the one process that looks after all others.',
        help: 'The coordinator hands jobs out and never calls performTask. With all workers stopped, nothing can have a result.',
      }),
      must(jobs('all-stopped').haveTheirResult(), {
        because: 'A worker that was slow for a moment is no reason to lose a job.',
        help: 'A job that is sent to a worker stays there until its result or its death.',
      }),
    ],
  }),

  coordinated('equal sleeps run side by side on all workers, one at a time on each', {
    id: 'sleeps-run-side-by-side',
    point: 3,
    longest: true,
    async play(parent, { draw }) {
      const ms = draw.lasting(400);
      await parent.ready();
      parent.jobs('sleep', 4, () => sleep(draw, ms));
      await parent.answered('sleep');
    },
    expect: [
      must(jobs('sleep').haveTheirResult(), {
        because: 'Spreading the load must lose none of it.',
        help: 'Each result belongs to one job; tell them apart by the id.',
      }),
      must(jobs('sleep').takeTurns(), {
        because:
          'A worker that holds several jobs loses them all when it dies, and a blocking one stops the others in it.',
        help: 'Give a worker its next job when the result of the last one has come, and keep the rest in a queue of your own.',
      }),
      must(jobs('sleep').runSideBySide({ turns: 2 }), {
        because: 'Workers that wait for one another are several processes that do the work of one.',
        help: 'Do not await a result before the next job is handed out.',
      }),
    ],
  }),

  coordinated('a long job, also one that blocks its worker, holds up no short one', {
    id: 'long-job-holds-up-nobody',
    point: 3,
    settings: () => ({ ...twoWorkers, WORKERS: 3 }),
    async play(parent, { draw }) {
      await parent.ready();
      parent.job('long', { kind: 'hang' });
      parent.job('long', sleep(draw, foreverMs));
      parent.jobs('short', 9, () => echo(draw));
      await parent.answered('short');
    },
    expect: [
      must(jobs('short').haveTheirResult(), {
        because: 'One report that takes a minute must not make a hundred small answers wait for it.',
        help: 'Jobs dealt out in advance wait behind whatever is before them. Let an idle worker take the next one from a common queue.',
      }),
    ],
  }),

  coordinated('a killed worker is told of and replaced, and its job is tried again', {
    id: 'killed-worker-gives-its-job-back',
    point: 4,
    async play(parent, { app, draw }) {
      const first = await parent.ready();
      const ms = draw.lasting(400);
      parent.job('held', sleep(draw, ms));
      const holder = await parent.holderOf('held');
      parent.job('other', sleep(draw, ms));
      parent.kill(holder, { while: 'held' });
      await parent.exits(1);
      const next = await parent.start(1);
      await parent.answeredAgain('held', 'other');
      await parent.fence();
      await parent.killTogether([...first.filter((pid) => pid !== holder), next]);
      await parent.exits(1 + first.length);
      await parent.start(1 + first.length);
      app.tree.look('the end');
      await parent.fence();
    },
    expect: [
      must(restarts.deathsAreTold(), {
        because:
          'A SIGKILL is how the system ends a process that took too much memory; told apart from a crash, it shows where to look.',
        help: 'The "exit" event carries a code or a signal, never both. Pass both on as they are.',
      }),
      must(restarts.killedOnesAreReplaced(), {
        because: 'Without a replacement every death takes a part of the capacity away for good.',
        help: 'On the exit of a worker start another after the wait, and announce its pid. Several can be waited for at the same time.',
      }),
      must(jobs('held').haveTheirResult(), {
        because: 'The sender cannot know that a worker died; it only sees whether an answer comes.',
        help: 'Remember which job each worker holds. When it exits, put that job back at the head of the queue.',
      }),
      must(jobs('held').nameNoKilledWorker(), {
        because:
          'The pid in a result is how one finds the process that did the work; one that was dead by then sends the search elsewhere.',
        help: 'Name the worker whose message brought the result, not the one that was given the job first.',
      }),
      must(jobs('held').areDoneAgain(), {
        because: 'A half-done job has no result; only a second run has one.',
        help: 'Give the job to another worker; do not answer for the dead one.',
      }),
      must(jobs('other').haveTheirResult(), {
        because: 'The death of one worker is no matter of the others.',
        help: 'Only the job that the dead worker held is touched by its death.',
      }),
    ],
  }),

  coordinated('a job that is given to a worker in the moment of its death is not lost', {
    id: 'job-for-a-dying-worker-survives',
    point: 4,
    async play(parent, { app, draw }) {
      const [first] = await parent.ready();
      // Stopped, it reads the jobs before it can learn of the death.
      app.signal('SIGSTOP');
      await app.tree.untilStopped(app.pid);
      parent.jobs('given', 4, () => echo(draw));
      parent.kill(first);
      await app.tree.untilDead([first]);
      app.signal('SIGCONT');
      await parent.answered('given');
      await parent.fence();
    },
    expect: [
      must(jobs('given').haveTheirResult(), {
        because:
          'Between a death and its announcement there is always a moment, and on a busy machine it is long enough for a job.',
        help: 'A send to a dead worker fails: without a callback as an "error" event that nobody handles. Its "exit" comes next; let that alone give the job back.',
      }),
    ],
  }),

  coordinated('a job that kills its worker every time is given up after JOB_ATTEMPTS', {
    id: 'killing-job-is-given-up',
    point: 5,
    // Never the default of JOB_ATTEMPTS. Many deaths in a row are due, and their waits are another check's matter.
    settings: (draw) => ({ ...twoWorkers, BACKOFF_MS: 1, JOB_ATTEMPTS: draw.integer(3, 4) }),
    async play(parent, { app, draw }) {
      const times = app.setting('JOB_ATTEMPTS');
      await parent.ready();
      // First, so that who holds two jobs at once loses both of them by one death.
      parent.jobs('killing', 2, () => ({ kind: 'crash' }));
      parent.job('other', sleep(draw, 60));
      parent.jobs('other', 4, () => echo(draw));
      await parent.exits(2 * times);
      await parent.answered('killing', 'other');
      await parent.fence();
      parent.job('killed', { kind: 'hang' });
      await parent.killHoldersOf('killed', { times });
      await parent.answered('killed');
      await parent.fence();
    },
    expect: [
      must(jobs('killing').areRefused(), {
        because:
          'A job that kills every worker it meets, tried for ever, takes the whole service down, one process after the other.',
        help: 'Count the tries on the job itself, and answer ok: false when the last one has failed.',
      }),
      must(jobs('killed').areRefused(), {
        because:
          'The system kills a worker that takes too much memory with SIGKILL, and the job that took it will take it again.',
        help: 'Whichever way the worker ended: a try that came to no end is a try.',
      }),
      must(restarts.die('JOB_ATTEMPTS', { jobs: 3 }), {
        because:
          'A job may meet a death that is not its fault, so it gets another try; but only as many as were allowed.',
        help: 'JOB_ATTEMPTS counts all tries of one job, the first one included; each job has a count of its own.',
      }),
      must(jobs('other').haveTheirResult(), {
        because: 'The other jobs have done nothing wrong.',
        help: 'Only the job that the dead worker held is touched by its death.',
      }),
    ],
  }),

  coordinated('the wait before a restart doubles with every death in a row', {
    id: 'waits-double',
    point: 6,
    longest: true,
    // Grows with the machine's slowness, beside which a wait that is too short would not be seen. Clear of the default.
    // A sixth, because of the eightfold wait no more than that is needed to be beyond a "soon".
    settings: (draw) => ({ ...twoWorkers, BACKOFF_MS: Math.round(draw.lasting(780) / 6) }),
    async play(parent, { draw }) {
      const pids = await parent.ready();
      const others = await parent.killInTurn(pids, { times: 3 });
      // Work that no coordinator does by the way, as one might an echo.
      parent.job('in between', { kind: 'sum', numbers: [draw.integer(1, 99), draw.integer(1, 99)] });
      await parent.answered('in between');
      await parent.killInTurn(others, { times: 1, first: 4 });
    },
    expect: [
      must(restarts.waitsDouble({ times: 3 }), {
        because:
          'Workers that die because a database is down will die again; restarting them at full speed only adds to the load.',
        help: 'Count deaths in a row over all workers together, and wait BACKOFF_MS times two to the power of those before.',
      }),
      must(restarts.waitIsSetBack({ after: 3 }), {
        because:
          'A job was done after the third restart, so what made the workers die is over. A wait that remembers it keeps a place empty long after the trouble.',
        help: 'The wait follows from the deaths in a row, and a job done in between ends the row.',
      }),
    ],
  }),

  coordinated('the death after MAX_RESTARTS restarts in a row ends the coordinator with code 1', {
    id: 'restart-limit-ends-it',
    point: 6,
    settings: (draw) => ({ ...twoWorkers, WORKERS: 3, JOB_ATTEMPTS: 10, MAX_RESTARTS: draw.integer(2, 3) }),
    async play(parent, { app, draw, stage }) {
      const diesOfKills = async (): Promise<void> => {
        const pids = await parent.ready();
        parent.jobs('held', pids.length, () => ({ kind: 'hang' }));
        await parent.status();
        // In turn, because the deaths count over all workers together; the third one hangs all the while.
        const [last] = await parent.killInTurn([pids[0], pids[1]], { times: app.setting('MAX_RESTARTS') });
        // Hanging too, because the newest worker may be up too late to hold another.
        parent.jobs('queued', 2, () => ({ kind: 'hang' }));
        await parent.status();
        parent.kill(last);
        await app.gone();
        await app.tree.settles('the end');
      };
      // A job that is given in between, and not done, is none that was done in between.
      const diesOfAJob = async (program: App): Promise<void> => {
        const other = new Coordinator(program, { draw, stage });
        await other.ready();
        other.job('crashing', { kind: 'crash' });
        // Whoever tries it again only in the replacement waits for the start of each.
        await program.gone({ afterMs: program.setting('MAX_RESTARTS') * program.soonMs });
      };
      await Promise.all([diesOfKills(), diesOfAJob(stage.startAgain({ app: withACrash }))]);
    },
    expect: [
      must(restarts.areStarted('MAX_RESTARTS'), {
        because:
          'A limit that comes early gives up on a service that would have come back; one that never comes hides a broken one.',
        help: 'MAX_RESTARTS restarts are allowed in a row; the next death, and not the last restart, is the end.',
      }),
      must(exit.hasCode(1), {
        because:
          'A coordinator that cannot keep its workers alive has failed, and whoever supervises it has to know.',
        help: 'End with code 1, and only when the answers are out and the workers are gone.',
      }),
      must(exitOf(withACrash).hasCode(1), {
        because:
          'The second program had a job that ends each worker that it is given to, and more attempts for it than restarts. A coordinator that goes on for ever hides what is broken.',
        help: 'A job that was begun is not yet one that was done: only its end, with a value or a rejection, ends the row.',
      }),
      must(jobs('queued').areRefused(), {
        because:
          'The jobs "queued" were sent while all workers hung. Whoever waits for a job in the queue deserves to know that nobody will do it.',
        help: 'Before the exit answer everything that still waits for a worker.',
      }),
      must(jobs('held').areRefused(), {
        because:
          'The jobs "held" were given to workers, of which some hang to the end and others were killed. Whoever waits for such a job deserves to know that it will not be done.',
        help: 'Before the exit answer what the living workers hold, and what the last one to die held as well.',
      }),
      must(workers.noneIsLeft(), {
        because:
          'A worker whose loop is blocked does not notice that its coordinator is gone, and lives on for ever.',
        help: 'SIGKILL is the only thing that ends a blocked process for certain; send it and wait for the "exit".',
      }),
    ],
  }),

  coordinated('a job done in between starts the count of deaths anew', {
    id: 'done-job-starts-the-count-anew',
    point: 6,
    settings: () => ({ ...twoWorkers, BACKOFF_MS: 10, MAX_RESTARTS: 2 }),
    async play(parent, { app, draw }) {
      const pids = await parent.ready();
      const others = await parent.killInTurn(pids, { times: 2 });
      parent.job('between', { kind: 'fail', message: draw.token() });
      await parent.answered('between');
      // A coordinator that gave up over the rejection has time to go.
      await app.leftAlone({ forMs: draw.lasting(150) });
      await parent.killInTurn(others, { times: 2, first: 3 });
      parent.job('after', echo(draw));
      await parent.answered('after');
    },
    expect: [
      must(program.keepsRunning(), {
        because:
          'A death a day is no reason to give up after a week; only deaths with nothing done in between are.',
        help: 'Set the count back when a worker has finished a job, with a value or with a rejection.',
      }),
      must(jobs('after').haveTheirResult(), {
        because: 'The workers that came back have to work.',
        help: 'A replacement gets jobs like any other worker.',
      }),
    ],
  }),

  finishesOn('SIGTERM', 'Every deploy, every scale-down and every "docker stop" begins with SIGTERM.'),
  finishesOn('SIGINT', 'Some process managers send SIGINT, and so does "kill -INT" from a script.'),

  coordinated('once the shutdown has begun every new job is refused', {
    id: 'shutdown-refuses-new-jobs',
    point: 7,
    async play(parent, { app, draw }) {
      const ms = draw.lasting(500);
      await parent.ready();
      parent.jobs('held', 2, () => sleep(draw, ms));
      await parent.holds('held', 2);
      app.signal('SIGTERM');
      await parent.refuses('probe', { while: 'held' });
      parent.jobs('late', 5, () => echo(draw));
      await parent.answeredWhile('late', { while: 'held' });
      await app.gone({ afterMs: ms });
    },
    expect: [
      must(jobs('probe').areRefusedFromSomeMomentOn(), {
        because:
          'A process that takes work while it is leaving never comes to its end, or drops what it took.',
        help: 'One flag, set by the first signal and read where jobs arrive.',
      }),
      must(jobs('late').areRefused(), {
        because:
          'A sender that is refused at once goes elsewhere; one that is not answered waits for a process that is leaving.',
        help: 'Answer; do not drop. Whoever sent the job has nobody else to ask.',
      }),
      must(jobs('held').haveTheirResult(), {
        because: 'Refusing new work is no reason to drop the work that is there.',
        help: 'The flag decides about jobs that arrive; those that a worker holds are finished.',
      }),
      must(jobs('probe').areAnsweredOnce(), {
        because: 'A job on the border between before and after has one answer as well.',
        help: 'A job is queued or refused; whatever it is, its answer comes before the exit.',
      }),
    ],
  }),

  coordinated('a worker that hangs at the shutdown is killed at the limit', {
    id: 'hung-worker-is-killed-at-the-limit',
    point: 8,
    settings: (draw) => ({ ...twoWorkers, WORKERS: 3, SHUTDOWN_TIMEOUT_MS: draw.lasting(400) }),
    async play(parent, { app, draw }) {
      const limitMs = app.setting('SHUTDOWN_TIMEOUT_MS');
      await parent.ready();
      parent.job('hanging', { kind: 'hang' });
      // One ends shortly before the limit. A limit that starts again with it would let the other one end too.
      parent.job('within', sleep(draw, Math.round(0.95 * limitMs)));
      parent.job('beyond', sleep(draw, Math.round(1.85 * limitMs)));
      await parent.holds('within', 3);
      app.signal('SIGTERM');
      await app.gone({ afterMs: limitMs });
      await app.tree.settles('the end');
    },
    expect: [
      must(exit.hasCode(1), {
        because: 'A job was cut off: that is no clean end, and the exit code is where it is told.',
        help: 'One timer, started with the first signal. What it finds it kills, and the code is 1.',
      }),
      must(exit.isNotBeforeTheLimit('SHUTDOWN_TIMEOUT_MS'), {
        because: 'The limit is the time that the jobs were promised.',
        help: 'Kill nobody before the limit; a worker that is busy may still finish.',
      }),
      must(jobs('beyond').areCutOffAt('SHUTDOWN_TIMEOUT_MS'), {
        because:
          'Whoever sent the signal will use force when the limit is over, and does not care what was finished in the meantime.',
        help: 'The limit belongs to the whole shutdown and counts from the first signal, whatever happens after it.',
      }),
      must(
        asOne(
          'no job that is cut off at the limit has two results',
          ['hanging', 'beyond'].map((name) => jobs(name).areAnsweredAtMostOnce()),
        ),
        {
          because:
            'Whoever sent a job believes its first answer and takes the second one for that of another job.',
          help: 'A job that is answered at the limit is no longer held by anybody when its worker\'s "exit" arrives.',
        },
      ),
      must(workers.noneIsLeft(), {
        because:
          'A blocked worker hears neither a message nor SIGTERM, nor that its coordinator is gone: it stays for ever.',
        help: 'Send SIGKILL to each worker that is left, and wait for its "exit" before your own.',
      }),
    ],
  }),

  coordinated('the idle workers of a coordinator that was killed end by themselves', {
    id: 'workers-follow-a-killed-coordinator',
    point: 9,
    async play(parent, { app, draw }) {
      await parent.ready();
      parent.jobs('before', 4, () => echo(draw));
      await parent.answered('before');
      app.signal('SIGKILL');
      await app.gone();
      await app.tree.settles('the end');
    },
    expect: [
      must(workers.noneIsLeft(), {
        because:
          'A SIGKILL runs no handler: whatever the coordinator would have done for its workers is not done.',
        help: 'The worker itself has to notice. What happens to its channel, and what does it hear of that? Example 08-ipc-basics.',
      }),
    ],
  }),

  coordinated('a closed channel is like SIGTERM: the jobs in flight are finished', {
    id: 'closed-channel-finishes-jobs',
    point: 10,
    async play(parent, { app, draw, stage }) {
      const ms = draw.lasting(400);
      const limited = stage.startAgain({ app: withAHang, settings: { SHUTDOWN_TIMEOUT_MS: ms } });
      const other = new Coordinator(limited, { draw, stage });
      await parent.ready();
      await other.ready();
      other.job('hanging', { kind: 'hang' });
      await other.shows({ busy: 1 });
      parent.job('held', sleep(draw, ms));
      await parent.holds('held', 1);
      app.closeChannel();
      parent.stillLasts('held');
      limited.closeChannel();
      await app.gone({ afterMs: ms });
      await limited.gone({ afterMs: ms });
      await app.tree.settles('the end');
    },
    expect: [
      must(exit.hasCode(0), {
        because:
          'A parent that goes away is no fault of the coordinator, and a job that it began may have been half of something.',
        help: 'Listen for "disconnect". Afterwards nobody can be told anything: look whether the channel is open before you send.',
      }),
      must(jobs('held').areFinishedBeforeTheExit(), {
        because: 'That nobody hears the result does not undo what half of the job has done.',
        help: 'The same shutdown as for SIGTERM, from another event.',
      }),
      must(exitOf(withAHang).comes(), {
        because:
          'The second program had a worker that hangs when its channel was closed. Without a parent nobody else would ever end the two.',
        help: 'Whatever begins a shutdown begins the time of SHUTDOWN_TIMEOUT_MS as well.',
      }),
      must(workers.noneIsLeft(), {
        because: 'Without a parent nobody is left who would clean up.',
        help: 'End the workers before the coordinator ends, and wait for their "exit".',
      }),
    ],
  }),

  coordinated('messages that are no message crash nothing', {
    id: 'nonsense-harms-nothing',
    point: 11,
    async play(parent, { app, draw }) {
      const nonsense = [
        draw.integer(1, 99),
        null,
        draw.token(),
        true,
        [],
        [draw.token()],
        {},
        { type: null },
      ];
      const halfJobs = [
        { type: 'job' },
        { type: 'job', id: draw.token() },
        { type: 'job', task: echo(draw) },
      ];
      await parent.ready();
      for (const message of [
        ...nonsense,
        { type: draw.token() },
        ...halfJobs,
        { type: 'job', id: draw.token(), task: null },
      ]) {
        app.send(message);
        parent.job('around', echo(draw));
      }
      await parent.answered('around');
      await parent.fence();
      app.tree.look('the end');
    },
    expect: [
      must(jobs('around').haveTheirResult(), {
        because: 'One bad message from one sender must not cost all others their answers.',
        help: 'Look at a message before you use it: null has no fields, and a job needs an id and a task.',
      }),
      must(workers.noneEnds(), {
        because: 'What reaches a worker unchecked ends it there.',
        help: 'Check in the coordinator, where all messages arrive, and hand on whole jobs only.',
      }),
    ],
  }),

  coordinated('the status is true at the moment of its answer', {
    id: 'status-is-true',
    point: 12,
    // More workers than held jobs: as many busy ones are not yet the right ones.
    settings: () => ({ ...twoWorkers, WORKERS: 3 }),
    async play(parent, { draw }) {
      const [first] = await parent.ready();
      await parent.compares('the workers of the beginning');
      // Done is done, with a value or a rejection.
      parent.job('rejecting', { kind: 'fail', message: draw.token() });
      await parent.answered('rejecting');
      await parent.shows({ busy: 0, queued: 0 });
      // The one that lasts is neither the first nor the last one that was given out, and outlasts them by a look at least.
      const briefMs = draw.lasting(120);
      parent.job('brief', sleep(draw, briefMs));
      parent.job('held', sleep(draw, briefMs + draw.lasting(300)));
      parent.job('brief', sleep(draw, briefMs));
      parent.job('waiting', echo(draw));
      await parent.shows({ busy: 3, queued: 1, while: 'brief' });
      await parent.answered('brief', 'waiting');
      await parent.shows({ busy: 1, queued: 0, while: 'held' });
      await parent.answered('held');
      await parent.shows({ busy: 0, queued: 0 });
      parent.kill(first);
      await parent.start(1);
      await parent.fence();
      parent.job('single', sleep(draw, draw.lasting(150)));
      await parent.holds('single', 1);
      await parent.answered('single');
      await parent.compares('the workers of the end');
    },
    expect: [
      must(status.showsTheWork(), {
        because: 'How many workers are busy and how many jobs wait is what one scales by.',
        help: 'Answer from the same records that you hand jobs out by; a job that a worker holds waits no more.',
      }),
      must(status.namesTheBusyOnes('brief', 'held', 'waiting', 'single'), {
        because: 'When a worker eats all memory, the status is where one sees which and with what.',
        help: 'Mark a worker as busy where it is given a job, and as idle where its result comes.',
      }),
      must(status.namesTheLiving(), {
        because:
          'A dead worker in the list looks like capacity that is not there, and a living one that is missing in it is looked after by nobody.',
        help: 'Remove a worker where its "exit" arrives, and add the replacement where it is started or is up.',
      }),
    ],
  }),

  coordinated('SIGINT to the whole group, as Ctrl-C sends it, lets the jobs in flight finish', {
    id: 'ctrl-c-finishes-jobs',
    point: 13,
    async play(parent, { app, draw }) {
      const ms = draw.lasting(400);
      await parent.ready();
      parent.jobs('held', 2, () => sleep(draw, ms));
      await parent.holds('held', 2);
      app.signalGroup('SIGINT');
      parent.stillLasts('held');
      await app.gone({ afterMs: ms });
      await app.tree.settles('the end');
    },
    expect: [
      should(jobs('held').haveTheirResult(), {
        because:
          'A terminal sends Ctrl-C to every process of the group: the workers get it too, and die of it in the middle of a job.',
        help: 'Who decides when a worker ends? Whatever else arrives at a worker needs a listener, or another group.',
      }),
      should(exit.hasCode(0), {
        because: 'A stop that was asked for is a clean end, whoever else has heard the question.',
        help: 'The coordinator handles SIGINT as SIGTERM.',
      }),
      should(workers.noneIsLeft(), {
        because: 'A worker that ignores Ctrl-C must still end with its coordinator.',
        help: 'Ignoring a signal is right only for who is ended in another way.',
      }),
    ],
  }),

  coordinated('SIGHUP replaces all workers one by one', {
    id: 'sighup-replaces-one-by-one',
    point: 14,
    settings: () => ({ ...twoWorkers, WORKERS: 3, BACKOFF_MS: 100, MAX_RESTARTS: 1 }),
    async play(parent, { app, draw }) {
      const old = await parent.ready();
      app.signal('SIGHUP');
      await app.tree.untilOneIsDead(old);
      // Stopped, it cannot hurry: whoever is missing now was sent away at the same time.
      app.signal('SIGSTOP');
      await app.tree.untilStopped(app.pid);
      await app.leftAlone({ forMs: draw.lasting(400) });
      app.tree.look('the first replacement');
      app.signal('SIGCONT');
      await app.tree.untilDead(old, { afterMs: old.length * app.soonMs });
      await parent.start(old.length);
      await parent.fence();
      app.tree.look('the end');
    },
    expect: [
      should(restarts.areReplacedOneByOne(), {
        because: 'A restart of everything at once is an outage, however short.',
        help: 'Go on to the next worker when the replacement of the one before has said that it is up.',
      }),
      should(restarts.areAllReplaced(), {
        because:
          'Replacing the workers is how new settings or new code come in; one old worker is one that answers differently.',
        help: 'Remember which workers were there at the signal. An end that you planned is no death: it counts nowhere and waits for nothing.',
      }),
    ],
  }),

  coordinated('SIGHUP loses no job and does none twice', {
    id: 'sighup-loses-no-job',
    point: 14,
    async play(parent, { app, draw }) {
      const ms = draw.lasting(300);
      const old = await parent.ready();
      parent.jobs('held', 2, () => sleep(draw, ms));
      await parent.holds('held', 2);
      app.signal('SIGHUP');
      parent.stillLasts('held');
      parent.jobs('later', 6, () => echo(draw));
      await parent.answered('held', 'later');
      await app.tree.untilDead(old, { afterMs: old.length * app.soonMs });
      await parent.start(old.length);
      await parent.fence();
      // Once more, when each of the new ones is certainly up and nothing of the first time is left to be done.
      const renewed = await parent.lists(old.length);
      parent.jobs('one each', renewed.length, () => sleep(draw, ms));
      await parent.holds('one each', renewed.length);
      await parent.answered('one each');
      await app.leftAlone({ forMs: draw.lasting(150) });
      app.signal('SIGHUP');
      await app.tree.untilDead(renewed, { afterMs: renewed.length * app.soonMs });
      await parent.start(2 * old.length);
      await parent.fence();
      app.tree.look('the end');
    },
    expect: [
      should(jobs('held').haveTheirResult(), {
        because: 'Nobody who has a job under way knows or cares that the workers are being replaced.',
        help: 'A worker leaves after its job, not in the middle of it.',
      }),
      should(jobs('held').areDoneByTheFirstWorkers(), {
        because: 'A job that is begun again may send the same mail twice.',
        help: 'Let the worker that holds the job finish it before it leaves.',
      }),
      should(restarts.areAllReplaced(), {
        because:
          'A worker that was busy at the signal is as old as the others, and just as much to be replaced.',
        help: 'Mark the busy ones too; each leaves when its job is done.',
      }),
      should(jobs('later').haveTheirResult(), {
        because: 'A reload has to go unnoticed, also by those who ask in the middle of it.',
        help: 'A worker that is about to leave takes no new job; the queue waits for the others.',
      }),
    ],
  }),
]);
