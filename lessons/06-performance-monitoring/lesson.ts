import {
  broken,
  type Claim,
  eventLines,
  example,
  holds,
  lesson,
  moot,
  pitfall,
  question,
  type Timeline,
  theEnd,
  theOutput,
  whatStoppedThePlay,
} from '#grader';
import { scenes } from './07-scenes.ts';

/** Half of a minute for snapshots that a quiet machine writes in a second. */
const snapshotsTakeMs = 30_000;

const snapshotsAre = (what: string, accepts: (count: number) => boolean): Claim => ({
  text: `the snapshots that were written are ${what}`,
  judge(timeline: Timeline) {
    const stopped = whatStoppedThePlay(timeline);
    if (stopped !== undefined) return moot(stopped);
    const count = eventLines(timeline, { event: 'snapshot' }).length;
    return accepts(count) ? holds : broken(what, `${count} of them`);
  },
});

export default lesson({
  title: 'Performance Monitoring',
  points: [
    'CPU profiling techniques',
    'Memory profiling and heap dumps',
    'Event loop monitoring',
    'Async resource tracking',
    'Performance marks and measures',
    'Production profiling strategies',
  ],
  objectives: [
    'take a CPU profile of a process that serves, and tell self time from total time in it',
    'find what is being kept with two heap snapshots or by counting instances, and say what each costs',
    'name the function that holds the event loop, while it still holds it',
    'carry the id of a request through everything that it awaits, and see where it gets lost',
    'measure without keeping the measures, and report figures that somebody really waited for',
    'decide beforehand who may examine a process in production, how often, and with what',
  ],
  readingMinutes: 30,
  exercises: ['exercise-4'],
  examples: [
    example('07-performance-monitoring', {
      title: 'A service that can be examined while it runs',
      points: [
        'CPU profiling setup',
        'Memory heap analysis',
        'Performance metrics collection',
        'Event loop monitoring',
      ],
      requests: [
        { key: 'p', method: 'GET', path: '/price?items=2000' },
        { key: 'w', method: 'GET', path: '/wait?ms=2000' },
        { key: 'e', method: 'GET', path: '/export' },
        { key: 'm', method: 'GET', path: '/metrics' },
      ],
      scenes,
    }),
  ],
  pitfalls: [
    pitfall('13-snapshot-on-every-alert', 'A heap snapshot on every alert', {
      stimulus: 'One request holds the event loop for longer than the alert allows.',
      settings: () => ({ LIMIT_MS: 50, COOL_DOWN_MS: 3_600_000 }),
      async play(app) {
        await app.ready();
        app.get('/report', { as: 'report' });
        await app.answered('report');
        await app.says('snapshot', { afterMs: snapshotsTakeMs });
        await app.saysMore('looked', { times: 3, afterMs: snapshotsTakeMs });
      },
      wrong: [snapshotsAre('three or more', (count) => count >= 3)],
      right: [snapshotsAre('one', (count) => count === 1)],
      difference:
        'Writing a snapshot holds the loop, which is what the alert watches for, so each snapshot caused the next alert and the service answered nobody any more. The right program writes one, takes its own delay off, and then none for an hour, whatever the alert says.',
      section: 'Production profiling strategies',
    }),
  ],
  questions: [
    question('measures-that-stay', {
      prompt: 'Every measure was observed. What is printed?',
      predicts: theOutput,
      choices: [
        'observed 500, kept 500',
        'observed 500, kept 0',
        'observed 0, kept 500',
        'observed 0, kept 0',
      ],
      because:
        'An observer gets a list of its own. The entries also stay in the list that getEntries reads, until clearMeasures is called, for as long as the process lives. A monitor that does not clear them is a leak.',
      section: 'Performance marks and measures',
    }),
    question('observed-too-late', {
      prompt: 'In which order do the lines come, and which of them?',
      predicts: theOutput,
      choices: [
        'measured\nobserved 1\nexit',
        'observed 1\nmeasured\nexit',
        'measured\nexit',
        'measured\nexit\nobserved 1',
      ],
      because:
        'An observer is called in a later turn of the loop, with all that has come together by then. After process.exit there is no later turn, so the last measures of a process are lost, and they are those of its crash.',
      section: 'Performance marks and measures',
    }),
    question('profile-of-a-wait', {
      prompt:
        'One function works for 100 ms, the other waits for a second. Which one has more samples in the CPU profile?',
      predicts: theOutput,
      choices: ['compute', 'askTheDatabase'],
      because:
        'The profiler notes what runs. During the wait nothing of ours ran, and the samples of that second belong to "(idle)". A slow request with an empty profile has its cause elsewhere.',
      section: 'CPU profiling techniques',
    }),
    question('profile-and-sigterm', {
      prompt:
        'A child runs under --cpu-prof, and a deploy sends it SIGTERM. How many profiles does it leave?',
      predicts: theOutput,
      choices: ['profiles: 0', 'profiles: 1'],
      because:
        'The profile is written when the process ends by itself. SIGTERM without a listener ends it in the kernel, where nobody writes anything. With a listener that lets it end, the profile is there.',
      section: 'CPU profiling techniques',
    }),
    question('snapshot-signal', {
      prompt: 'The program listens for no signal, and SIGUSR2 is sent to it. How does it end?',
      predicts: theEnd,
      choices: ['still running', 'SIGUSR2', '0', '140'],
      nodeFlags: ['--heapsnapshot-signal=SIGUSR2'],
      async play(app) {
        await app.says('up');
        app.signal('SIGUSR2');
        await app.saysMore('turn', { times: 3, afterMs: 20_000 });
      },
      because:
        'The flag is a listener that Node adds itself: it writes a heap snapshot, and the process goes on. Without the flag the same signal kills, so send it only where you know that the flag was given.',
      section: 'Memory profiling and heap dumps',
    }),
    question('store-in-a-listener', {
      prompt: 'The listener was added for request A. What does it print, twice?',
      predicts: theOutput,
      choices: ['A\nA', 'B\nundefined', 'A\nundefined', 'B\nB', 'undefined\nundefined'],
      because:
        'A listener runs inside the call of emit, and the store is that of whoever emits. Adding it for A leaves no trace of A, unless it is bound with AsyncResource.bind or AsyncLocalStorage.bind.',
      section: 'Async resource tracking',
    }),
    question('listener-that-holds', {
      prompt: 'A thousand sessions are taken off the map, and a collection runs. How many are left?',
      predicts: theOutput,
      choices: ['0', '1', '1000'],
      nodeFlags: ['--no-warnings'],
      because:
        'The clock holds the listener, the listener is a closure over this, and so it holds the session. The map was one of two that held it. In a heap snapshot the clock would be the retainer of each.',
      section: 'Memory profiling and heap dumps',
    }),
    question('report-and-secrets', {
      prompt: 'A diagnostic report is made without the environment. Or is it?',
      predicts: theOutput,
      choices: ['the key is in it', 'the key is not in it'],
      because:
        'A report holds the whole environment, secrets and all. excludeEnv leaves it out where Node knows the property; on Node 20 the line sets a property that nobody reads, and says nothing about that.',
      section: 'Diagnostic reports',
      differs:
        'On Node 20 the key is in the report, because excludeEnv came later; from Node 22 on it is not.',
    }),
    question('report-of-a-stuck-loop', {
      prompt:
        'The process asks itself for a report by signal, and is then stuck for a second. How many reports does it count after that second?',
      predicts: theOutput,
      choices: ['0', '1', '2'],
      nodeFlags: ['--report-on-signal', '--report-signal=SIGUSR2'],
      because:
        'Node listens for that signal as a program would, so the report has to wait for a turn of the loop. A process that is stuck answers neither this signal nor the one for a heap snapshot; a thread that watches can still look into it.',
      section: 'Diagnostic reports',
    }),
    question('await-null-and-the-loop', {
      prompt: 'Two loops give way after each step, each in its own manner. Who had a turn?',
      predicts: theOutput,
      choices: [
        'await null: others had a turn\nawait nextTurn(): others had a turn',
        'await null: nobody had a turn\nawait nextTurn(): others had a turn',
        'await null: nobody had a turn\nawait nextTurn(): nobody had a turn',
      ],
      because:
        'What follows an await of a value that is there runs in the same turn, before any timer or socket. Only something that goes through the loop, such as setImmediate, lets others in.',
      section: 'Event loop monitoring',
    }),
  ],
});
