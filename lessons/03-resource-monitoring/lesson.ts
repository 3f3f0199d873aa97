import {
  answerTo,
  broken,
  type Claim,
  eventLine,
  eventLines,
  example,
  holds,
  lesson,
  moot,
  pitfall,
  question,
  theEnd,
  theOutput,
  whatStoppedThePlay,
} from '#grader';
import { scenes } from './03-scenes.ts';

/** Suspicion before anything leaked, or after; between the two lies one line of the same stream. */
const isSuspected = (when: 'before' | 'after'): Claim => ({
  text: `a leak is suspected ${when} it begins`,
  judge(timeline) {
    const lines = eventLines(timeline);
    const begins = lines.findIndex(({ event }) => event === 'leak.begins');
    if (begins === -1) return moot(whatStoppedThePlay(timeline) ?? 'nothing leaked');
    const part = when === 'before' ? lines.slice(0, begins) : lines.slice(begins);
    return part.some(({ event }) => event === 'leak.suspected')
      ? holds
      : broken(`a suspicion ${when} the leak begins`, 'none');
  },
});

/** Half a minute at the most on a machine that does a dozen other things; two seconds on one that does not. */
const jobsTakeMs = 30_000;

export default lesson({
  title: 'Resource Monitoring',
  points: [
    'CPU usage tracking',
    'Memory usage patterns and alerts',
    'Event loop lag detection',
    'Active handle monitoring',
    'File descriptor tracking',
    'Custom health check endpoints',
  ],
  objectives: [
    'take figures of consumption as differences, so that nothing falls between two readings',
    'tell which figure of memory the kernel kills by, which one leaks show in, and which one buffers are in',
    'see a block of the event loop at its full length, and tell it from a wait and from a busy pool of threads',
    'find what is never closed by its count and its kind, before the descriptors run out',
    'write alerts that fire once, for something that lasts',
    'keep liveness, readiness and the report for people apart, and say what each "no" costs',
  ],
  readingMinutes: 30,
  exercises: ['exercise-2'],
  examples: [
    example('03-resource-monitoring', {
      title: 'A service that watches its own resources',
      points: [
        'CPU and memory monitoring',
        'Event loop lag detection',
        'Resource alert system',
        'Health check implementation',
      ],
      requests: [
        { key: 'r', method: 'GET', path: '/report' },
        { key: 'w', method: 'GET', path: '/wait?ms=2000' },
        { key: 'c', method: 'POST', path: '/load/cpu?ms=2000' },
        { key: 'b', method: 'POST', path: '/load/buffers?mb=64' },
        { key: 'h', method: 'POST', path: '/load/heap?mb=64' },
        { key: 'f', method: 'POST', path: '/load/files?open=900' },
        { key: 'd', method: 'GET', path: '/readyz' },
      ],
      scenes,
    }),
  ],
  pitfalls: [
    pitfall('04-lag-that-is-not-seen', 'A lag that the probe does not see', {
      stimulus: 'One request holds the event loop for about half a second.',
      settings: (draw) => {
        const reportMs = draw.lasting(500);
        return { REPORT_MS: reportMs, LIMIT_MS: Math.round(reportMs / 2) };
      },
      async play(app) {
        await app.ready();
        await app.saysMore('looked');
        app.get('/report', { as: 'report', takesMs: app.setting('REPORT_MS') });
        await app.answered('report');
        await app.saysMore('looked', { times: 2 });
      },
      wrong: [eventLine('lag').neverComes()],
      right: [eventLine('lag').comes()],
      difference:
        'The time until a setImmediate is the time that is left of the present turn of the loop, and the block was in another turn, so the probe reported nothing. A histogram of the delays ticks all the time, and the tick that came half a second late is in it whenever it is read.',
      section: 'Event loop lag detection',
    }),
    pitfall('11-leak-against-an-average', 'A leak that is judged against an average', {
      stimulus:
        'Jobs run, a cache is filled once and stays, more jobs run, and then every job keeps a megabyte.',
      async play(app) {
        await app.ready();
        const steps = ['/jobs?count=15', '/cache', '/jobs?count=40', '/jobs?count=70&leak'];
        for (const [index, path] of steps.entries()) {
          app.post(path, { as: `step ${index + 1}`, takesMs: jobsTakeMs });
          await app.answered(`step ${index + 1}`);
        }
      },
      wrong: [isSuspected('before')],
      right: [isSuspected('after')],
      difference:
        'The average rang for the cache, which was filled once, and kept silent 70 MB that leaked, because a heap that grows evenly takes its average along. The floor that the collections left rose once for the cache and again and again for the leak, and only the second is one.',
      section: 'Memory usage patterns and alerts',
    }),
  ],
  questions: [
    question('immediate-or-histogram', {
      prompt: 'The event loop is blocked for 800 ms, once. Who has seen it?',
      predicts: theOutput,
      choices: [
        'nothing',
        'the probe has seen it',
        'the histogram has seen it',
        'the probe has seen it\nthe histogram has seen it',
      ],
      because:
        'To detect that the loop is blocked, something has to be due in the meantime and come late. The immediate is set and run within one turn, before or after the block, and measures that turn. The ticks of the histogram are due all the time; one of them came 800 ms late and is its maximum.',
      section: 'Event loop lag detection',
      selfCheck: 5,
    }),
    question('mean-or-maximum', {
      prompt:
        'In two seconds the loop is blocked once, for 600 ms. Which of the three figures of the histogram are above 300 ms?',
      predicts: theOutput,
      choices: ['nothing', 'mean', 'maximum', 'mean\nmaximum', 'median\nmean\nmaximum'],
      because:
        'A loop that stands still has no ticks, so the block is a single entry among more than a hundred of about 10 ms. The mean is some 15 ms and the median 10, while every user who asked in that time has waited for up to 600.',
      section: 'Event loop lag detection',
    }),
    question('buffers-beyond-the-limit', {
      prompt: 'The heap may be 32 MB, and the program keeps 128 MB in buffers. How does it end?',
      predicts: theEnd,
      choices: ['0', '1', 'SIGABRT', 'SIGKILL'],
      nodeFlags: ['--max-old-space-size=32'],
      because:
        'The bytes of a Buffer are not on the JavaScript heap, so its limit does not count them. The kernel does, and the limit of a container would have killed the process with SIGKILL.',
      section: 'Memory usage patterns and alerts',
    }),
    question('heap-limit-in-a-try', {
      prompt:
        'The heap is filled inside a try, and there is a listener for uncaughtException. How does the process end?',
      predicts: theEnd,
      choices: ['0', '1', '2', '3', 'SIGABRT', 'SIGKILL'],
      nodeFlags: ['--max-old-space-size=40'],
      because:
        'A full heap is no exception that could be thrown, because nothing is left to make it of. V8 aborts: no catch, no listener, no "exit" event, and whatever was to be cleaned up stays as it is.',
      section: 'What happens at the limit',
    }),
    question('base-read-anew', {
      prompt: 'Five checks, and each uses 20 ms of processor time. Of how much do they tell?',
      predicts: theOutput,
      choices: ['it told of about 100 ms', 'it told of about 50 ms', 'it told of next to nothing'],
      because:
        'The base is read anew after the work, so the 20 ms lie between the end of one span and the begin of the next, and belong to neither. One reading has to end a span and begin the next.',
      section: 'CPU usage tracking',
    }),
    question('held-timers', {
      prompt: 'Which number is printed?',
      predicts: theOutput,
      choices: ['0', '1', '2', '3'],
      because:
        'The list names what holds the loop open. A timer that was let go with unref does not, though it will still fire if something else keeps the process alive, and one that was cleared is gone.',
      section: 'Active handle monitoring',
    }),
    question('probe-during-a-block', {
      prompt:
        'While GET /report blocks the loop, a liveness probe asks for /livez, and it is patient. What does it get?',
      predicts: answerTo('livez'),
      choices: ['200', '503', 'ECONNREFUSED', 'ECONNRESET'],
      settings: (draw) => ({ REPORT_MS: draw.lasting(500) }),
      async play(app) {
        await app.ready();
        app.get('/report', { as: 'report', takesMs: app.setting('REPORT_MS') });
        await app.says('report.begins');
        app.get('/livez', { as: 'livez', takesMs: app.setting('REPORT_MS') });
        app.stillWithin('REPORT_MS', { of: 'report' });
        await app.answered('livez');
      },
      because:
        'The kernel accepts connections for a process whose loop stands still, and keeps them in a queue. The answer comes when the block is over. A probe with a timeout of a second would have given up, and three of those are a restart.',
      section: 'Custom health check endpoints',
    }),
    question('average-or-floor', {
      prompt:
        'The program keeps 2 MB more in every round, twenty times, above 80 MB that it rightly holds. Which of the two tests warns?',
      predicts: theOutput,
      choices: ['nobody warns', 'the average warns', 'the trend warns', 'the average warns, the trend warns'],
      nodeFlags: ['--expose-gc'],
      because:
        'To find a leak in a running process, look at what is left after collections, and ask whether it rises again and again. The average of the last ten values climbs along with the leak, so no value is ever half as large again.',
      section: 'Memory leak detection',
      selfCheck: 8,
    }),
    question('forgotten-file-handle', {
      prompt:
        'A file is opened, and an early return leaves the close out. Then the collector runs. What is the exit code?',
      predicts: theEnd,
      choices: ['0', '1', '7', 'SIGABRT'],
      nodeFlags: ['--expose-gc'],
      because:
        'A FileHandle that is collected while it is open is closed by Node. Up to Node 24 that is a warning (DEP0137); on Node 26 it is an error that nobody can catch at the place where it was made, and the process ends. It comes when the collector comes, so hardly ever in a test.',
      section: 'File descriptor tracking',
      differs:
        '0 with a warning up to Node 24, 1 on Node 26, where closing a FileHandle by collecting it is an error.',
    }),
    question('busy-without-work', {
      prompt: 'The program waits for a lock, synchronously, for a second. What do the two figures say?',
      predicts: theOutput,
      choices: [
        'busy loop\nbusy processor',
        'busy loop\nidle processor',
        'idle loop\nbusy processor',
        'idle loop\nidle processor',
      ],
      because:
        'The utilisation counts the time in which the loop did not wait for events, whatever the thread did in it. Here the thread slept inside a function. A graph of the processor shows an idle service, and nobody is answered.',
      section: 'Busy, blocked, or waiting',
    }),
  ],
});
