import {
  answer,
  broken,
  type Claim,
  eventLines,
  eventsOf,
  exit,
  holds,
  lesson,
  moot,
  outcomeOf,
  pitfall,
  question,
  theEnd,
  theMessage,
  theOutput,
  whatStoppedThePlay,
  workers,
} from '#grader';
import { ipcBasics } from './08-scenes.ts';

const theBlockedWorkerLivesOn: Claim = {
  text: 'the blocked worker lives on, and belongs to nobody',
  judge(timeline) {
    const look = eventsOf(timeline, 'fact').find(({ name }) => name === 'look at the end');
    const blocked = eventLines(timeline, { event: 'blocking' })[0]?.fields.pid;
    if (look === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked');
    const { living } = look.value as { living: readonly unknown[] };
    return living.includes(blocked) ? holds : broken(`the process ${blocked}`, living.join(', ') || 'nobody');
  },
};

const isCutOff = (request: string): Claim => ({
  text: `the request "${request}" is cut off`,
  judge(timeline) {
    const outcome = outcomeOf(timeline, request);
    if (outcome === undefined) return moot(whatStoppedThePlay(timeline) ?? `"${request}" was not settled`);
    return outcome.kind === 'request-failed' && outcome.code !== 'GIVEN_UP'
      ? holds
      : broken('a connection that breaks', outcome.kind);
  },
});

export default lesson({
  title: 'Inter-Process Communication',
  points: [
    'IPC channel basics',
    'Message passing patterns',
    'Process coordination',
    'Parent-child communication',
    'Shared state strategies',
    'IPC security considerations',
  ],
  objectives: [
    'say what becomes of a message: what it keeps, when it is lost, and when it piles up',
    'build questions and answers with ids and limits on a channel that knows neither',
    'write a coordinator that loses no job when a worker dies, hangs or leaves',
    'bring down a group of processes, and leave none behind, whoever dies first',
    'decide where state lives when no variable is shared',
    'treat what comes through a channel as input, and keep secrets out of where others can read them',
  ],
  readingMinutes: 35,
  exercises: ['exercise-5'],
  examples: [ipcBasics],
  pitfalls: [
    pitfall('16-force-kill-that-kills-nobody', 'A force-kill that only ends the one who calls it', {
      stimulus: 'The loop of one of two workers is blocked, and the primary gets SIGTERM.',
      settings: (draw) => ({ LIMIT_MS: draw.lasting(400) }),
      afterExit: 'watch',
      async play(app) {
        await app.ready();
        const { children } = app.tree.look('the workers');
        app.get('/block', { as: 'blocked' });
        const { pid } = await app.says('blocking');
        app.signal('SIGTERM');
        const afterMs = app.setting('LIMIT_MS');
        await app.tree.untilDead([app.pid, ...children.filter((child) => child !== pid)], { afterMs });
        app.tree.look('the end');
      },
      wrong: [theBlockedWorkerLivesOn, exit.hasCode(0)],
      right: [workers.noneIsLeft(), exit.hasCode(1)],
      difference:
        'At the limit one primary ended itself, with code 0, and the worker that the limit was there for went on at full speed with nobody to watch it. The other one sent SIGKILL to each worker that was left, waited for its death, and said by its code that it had to.',
      section: 'The cluster pattern, and what is wrong with the usual one',
    }),

    pitfall('17-message-to-the-dead', 'A message to a worker that has just died', {
      stimulus: 'The worker gets SIGKILL, and then a request comes whose work is for that worker.',
      async play(app) {
        const { worker } = await app.says('ready');
        await app.ready();
        app.tree.signal(Number(worker), 'SIGKILL');
        await app.tree.untilDead([Number(worker)]);
        app.get('/', { as: 'request' });
        await app.answered('request');
      },
      wrong: [isCutOff('request'), exit.hasCode(1)],
      right: [answer('request').hasStatus(200), exit.neverComes()],
      difference:
        'The death of one worker ended the whole service in one case, because a send that fails is an error event, and nobody listened. With a callback it is a value, and with a list of what was given to whom the request was done by the next worker.',
      section: 'Sending to the dead',
    }),
  ],
  questions: [
    question('an-order-there-and-back', {
      prompt: 'A parent sends an order to its child and gets it back. What does the parent print?',
      predicts: theOutput,
      because:
        'A message is a copy, made when send is called: the child got 1 and answered with 11, and neither side sees what the other does to its own object. After disconnect the listener of the child has no channel left to wait for, so the child ended by itself, with 0.',
      section: 'What it is',
      selfCheck: 10,
    }),
    question('what-json-keeps', {
      prompt: 'Which message does the parent receive, as JSON?',
      predicts: theMessage,
      ipc: true,
      because:
        'The default serialization is JSON.stringify: an Error and a Map have no enumerable properties, NaN becomes null, and a key with undefined is left out. Nobody is warned.',
      section: 'What a message keeps',
    }),
    question('send-and-exit', {
      prompt: 'The child sends 5 MB and exits with 0. What does the parent print?',
      predicts: theOutput,
      because:
        'send only queues what the system does not take at once, and process.exit drops the queue. Of a message that is cut off nothing is delivered. A short message would have arrived.',
      section: 'A send is not a delivery',
    }),
    question('is-it-still-connected', {
      prompt: 'The parent asks whether the child is connected before it sends. How does the parent end?',
      predicts: theEnd,
      choices: ['0', '1', 'SIGPIPE', 'still running'],
      because:
        'connected is what the parent knows, and it had no turn of its loop to learn of the death. The write failed with EPIPE, which is an error event on the child object; nobody listened, so it was thrown, and the parent ended with 1.',
      section: 'Sending to the dead',
    }),
    question('waits-for-the-parent-to-go', {
      prompt: 'The program was started with a channel, and its parent keeps that open. How does it end?',
      predicts: theEnd,
      choices: ['0', '1', '13', 'still running'],
      ipc: true,
      because:
        'A listener for disconnect holds the channel, and the channel the process, just like a listener for message. To watch the parent without being held by it, call process.channel.unref().',
      section: 'What holds a channel open',
    }),
    question('three-visits', {
      prompt: 'Two visits go to one worker and one to the other. What is printed?',
      predicts: theOutput,
      because:
        'Each process has its own variable. A counter, a cache or a rate limiter in a module is there once for each worker.',
      section: 'Shared state strategies',
    }),
    question('restart-if-it-failed', {
      prompt: 'The child is killed. What does its supervisor make of it?',
      predicts: theOutput,
      because:
        'Of a death by signal the code is null, and null > 0 is false. Ask for the signal, the second argument, first.',
      section: 'Which event says what',
    }),
    question('killed-or-not', {
      prompt: 'What is printed?',
      predicts: theOutput,
      because:
        'killed says that a signal was sent. The child had a listener for it, and went on. Only exit says that it is gone.',
      section: 'Which event says what',
    }),
    question('six-requests-one-connection', {
      prompt:
        'Three workers share a port, and a client sends six requests on one connection. What is printed?',
      predicts: theOutput,
      because:
        'The primary hands out connections, not requests. A proxy that keeps few connections open sends its whole load to as many workers at the most.',
      section: 'Who gets the next job',
    }),
    question('nonsense-in-the-channel', {
      prompt: 'A program that is no Node program writes "hello" into its channel. How does the parent end?',
      predicts: theEnd,
      choices: ['0', '1', 'still running'],
      because:
        'Node parses each line of the channel as JSON, and throws what it cannot parse out of its own code: neither message nor error is emitted. Whoever can write into the channel can end the parent.',
      section: 'IPC security considerations',
    }),
  ],
});
