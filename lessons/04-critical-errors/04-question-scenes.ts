import { question, stillRunning, theEnd, theOutput } from '#grader';

export default [
  question('handler-that-only-logs', {
    selfCheck: 3,
    prompt:
      'Job 1 throws, and a listener for uncaughtException logs it. With which exit code does the process end?',
    predicts: theEnd,
    choices: ['0', '1', '7', stillRunning],
    because:
      'After the listener has returned the process goes on as if nothing had happened: job 2 began, and the end was a natural one with code 0. A listener replaces the crash, so whoever adds one also takes over the exit and its code. What job 1 left half done stays so.',
    section: 'uncaughtException vs unhandledRejection',
  }),
  question('exit-or-go-on', {
    selfCheck: 4,
    prompt: 'Two promises are rejected and nobody handles them. What is printed on stdout?',
    predicts: theOutput,
    choices: ['counted', 'counted\nstill here', 'nothing', 'still here'],
    because:
      'The first reason is of a kind that was expected, so it was counted and the process went on. The second is a TypeError, a bug: the listener threw it, which makes it an uncaught exception, and the process ended with code 1 before the last timer. When to exit is decided by the kind of the error, not by the way in which it arrived.',
    section: 'Error recovery strategies',
  }),
  question('forgotten-await', {
    selfCheck: 7,
    prompt: 'Nobody awaits the audit, and it fails. How does this service end?',
    predicts: theEnd,
    choices: ['0', '1', stillRunning],
    because:
      'Since Node 15 a rejection that nobody handles ends the process like an uncaught exception, however healthy the rest is. One forgotten `await` or `catch` anywhere, in a dependency too, is an outage. That is why these events are critical, and why they are to be handled where the promise is made.',
    section: 'uncaughtException vs unhandledRejection',
  }),
  question('throw-in-the-handler', {
    prompt: 'The error handler reads `error.code` of an Error that has none. What is the exit code?',
    predicts: theEnd,
    choices: ['0', '1', '7', stillRunning],
    because:
      'The listener threw, and an error inside the listener for uncaughtException is not given to it again: Node prints it and ends the process with code 7, "internal exception handler run-time failure". `process.exit(1)` was never reached, nor were the listeners for "exit" called.',
    section: 'Production error handling',
  }),
  question('caught-by-a-timer', {
    prompt: 'The rejection is handled in a timer of 0 milliseconds. What is the exit code?',
    predicts: theEnd,
    choices: ['0', '1', stillRunning],
    because:
      'Too late. Node looks for unhandled rejections when the queue of microtasks is empty, which is before any timer. A handler has to be there by the end of the current turn; one that is added in a microtask or in process.nextTick still comes in time.',
    section: 'uncaughtException vs unhandledRejection',
  }),
  question('return-without-await', {
    prompt: '`return load()` stands inside `try`. What is printed?',
    predicts: theOutput,
    choices: ['got the default', 'failed: not found', 'nothing'],
    because:
      '`try` sees what is thrown while it is being run, and `return load()` only hands on a promise that is rejected later. With `return await load()` the rejection is thrown at that line, inside the `try`.',
    section: 'Safe error boundaries',
  }),
  question('exit-code-and-a-server', {
    prompt: 'The handler sets process.exitCode, and a server listens. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', '7', stillRunning],
    because:
      'It does not. `process.exitCode` says with what the process will end, not that it will, and the listening server holds the loop. After a fatal error nobody knows what else holds it, so this is the place for `process.exit`, behind a drain with a limit.',
    section: 'Error recovery strategies',
  }),
  question('exit-without-a-code', {
    prompt: 'The handler logs the error and calls process.exit(). What does the supervisor see?',
    predicts: theEnd,
    choices: ['0', '1', '7'],
    because:
      'Success. `process.exit()` takes the code of `process.exitCode`, and that is not set by an error which a listener has taken over. A supervisor that restarts on failure leaves this service down; say `process.exit(1)`.',
    section: 'Process restart patterns',
  }),
  question('rejected-with-nothing', {
    prompt:
      'The listener for unhandledRejection reads the message of a reason that is undefined. What is the exit code?',
    predicts: theEnd,
    choices: ['0', '1', '7'],
    because:
      '1, and not 7: what is thrown in a listener for unhandledRejection is an ordinary uncaught exception, and nobody listens for those here. Only a throw in the listener for uncaughtException itself gives 7. Reasons may be anything, so describe them with `util.inspect`.',
    section: 'Production error handling',
  }),
  question('two-of-three-fail', {
    prompt: 'Two of three promises fail, and there is one `catch`. What is printed?',
    predicts: theOutput,
    choices: ['caught: first', 'caught: first\nunhandled: third', 'unhandled: third\ncaught: first'],
    because:
      '`Promise.all` has attached itself to all of them at once, so none is unhandled; it hands on the first rejection and drops the others without a word. Where the others matter, `Promise.allSettled` gives them all.',
    section: 'Safe error boundaries',
  }),
  question('error-event', {
    prompt: 'Nobody listens for the "error" event of this emitter. What is printed?',
    predicts: theOutput,
    choices: ['caught', 'uncaught', 'nobody listens', 'uncaught\nnobody listens'],
    because:
      'An "error" event without a listener is thrown, by `emit`, at whoever called it. Here that is our own `try`. In a real socket it is Node\'s own code in a turn of its own, where no `try` of ours can be, and so it becomes an uncaught exception.',
    section: 'Safe error boundaries',
  }),
];
