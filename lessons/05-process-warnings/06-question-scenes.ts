import { question, theEnd, theOutput } from '#grader';

export default [
  question('after-the-line-after', {
    selfCheck: 9,
    prompt: 'When does the listener hear of the warning? What is printed?',
    predicts: theOutput,
    choices: [
      'before\nheard: the disk is slow\nafter',
      'before\nafter\nheard: the disk is slow',
      'before\nafter',
      'heard: the disk is slow\nbefore\nafter',
    ],
    because:
      'A warning is an object that is made now, with the stack of now, and handed over in the next tick, when the code that runs is done. It is emitted by Node, where something will go wrong one day (deprecated functions, too many listeners, experimental parts), and by anybody who calls process.emitWarning. It stops nothing.',
    section: 'Understanding process warnings',
  }),
  question('the-same-code-twice', {
    prompt: 'Three requests emit a DeprecationWarning with the same code. How many does the listener hear?',
    predicts: theOutput,
    choices: ['0', '1', '3'],
    because:
      '`process.emitWarning` forgets at once what it said, whatever type and code it is given. Once a code is what `util.deprecate` does, with a memory of its own.',
    section: 'Custom warning emissions',
  }),
  question('two-functions-one-code', {
    prompt: 'Two deprecated functions share a code. What does the listener print?',
    predicts: theOutput,
    choices: [
      'oldPrice is old',
      'oldPrice is old\noldStock is old',
      'oldPrice is old\noldPrice is old\noldStock is old',
    ],
    because:
      '`util.deprecate` remembers codes, not functions: with the first warning the code was used up, and the second function was never mentioned. Give each deprecation a code of its own.',
    section: 'Deprecation warnings',
  }),
  question('silenced-but-heard', {
    nodeFlags: ['--no-warnings'],
    prompt: 'The program is started with --no-warnings. What is printed on stdout?',
    predicts: theOutput,
    choices: [
      'nothing',
      'heard Warning',
      'heard Warning\nheard DeprecationWarning',
      'heard DeprecationWarning',
    ],
    because:
      'The flag only takes away the text that Node prints on stderr. The event is emitted as before, which is why production can silence the text and count the events.',
    section: 'Warning event handling',
  }),
  question('no-deprecation', {
    nodeFlags: ['--no-deprecation'],
    prompt: 'The same program, now with --no-deprecation. What is printed on stdout?',
    predicts: theOutput,
    choices: [
      'nothing',
      'heard Warning',
      'heard Warning\nheard DeprecationWarning',
      'heard DeprecationWarning',
    ],
    because:
      'This flag is of another kind: a deprecation is not emitted at all, so that no listener hears of it either. What nobody hears of is found on the day of the upgrade.',
    section: 'Deprecation warnings',
  }),
  question('try-around-a-deprecation', {
    nodeFlags: ['--throw-deprecation'],
    prompt: 'With --throw-deprecation, and a `try` around the call: what is printed on stdout?',
    predicts: theOutput,
    choices: ['12', 'too old', 'too old\nopen for business', '12\nopen for business'],
    because:
      'The call returned as always. The warning is thrown in the next tick, outside of the `try`, and ended the process with code 1 before the timer. It is a flag for test runs, not a way to refuse a call.',
    section: 'Deprecation warnings',
  }),
  question('warning-and-exit', {
    prompt: 'A warning, and process.exit() in the next line. What is printed on stdout?',
    predicts: theOutput,
    choices: [
      'exit',
      'heard: the settings file is missing\nexit',
      'exit\nheard: the settings file is missing',
    ],
    because:
      'There is no next tick after `process.exit`, so the warning was handed over to nobody and printed nowhere. What has to be known about an exit is written, synchronously, and not warned of.',
    section: 'Understanding process warnings',
  }),
  question('thirty-listeners', {
    prompt: 'Thirty listeners each, for two events of one emitter. What is printed?',
    predicts: theOutput,
    choices: ['paid 11', 'paid 11\nsent 11', 'paid 30\nsent 30', 'paid 11\npaid 21\nsent 11\nsent 21'],
    because:
      'Once for each emitter and event, at the eleventh listener, and never again however many follow. The number in the warning is the limit plus one, not the size of the leak.',
    section: 'MaxListenersExceeded warnings',
  }),
  question('listeners-on-a-signal', {
    prompt:
      'Fifty requests listen on one AbortSignal that lives as long as the process. How many warnings are there?',
    predicts: theOutput,
    choices: ['0', '1', '5', '40'],
    because:
      'From Node 22 on none: a signal is expected to have many listeners, so its limit is 0, which means none. The leak is as real as before, and nothing says so; take each listener off, with `removeEventListener`, when the work that it was for is over.',
    differs:
      'Node 20 warns at the eleventh listener of an AbortSignal as of any emitter; Node 22 and later do not.',
    section: 'Memory leak detection warnings',
  }),
  question('listener-that-throws', {
    prompt:
      'The listener for "warning" reads a code that this warning does not have. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', '7'],
    because:
      'What leaves the listener is an uncaught exception, so a mere warning ended the process with code 1. `code` and `detail` are there only where the emitter gave them; whoever listens in production catches their own errors.',
    section: 'Warning event handling',
  }),
  question('file-handle-left-open', {
    nodeFlags: ['--expose-gc'],
    prompt:
      'The file was opened and never closed, and the garbage collector finds the handle. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1'],
    because:
      'Up to Node 24 with two warnings, one of them a deprecation, DEP0137, and code 0. On Node 26 the deprecation has come to its end: it is an error, thrown from nowhere in particular, and the process ends with code 1. A warning is a date that somebody else has set.',
    differs: 'Node 20, 22 and 24 close the file and warn; Node 26 throws an error that nobody can catch.',
    section: 'Deprecation warnings',
  }),
];
