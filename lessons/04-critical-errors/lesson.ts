import { lesson } from '#grader';
import pitfalls from './04-pitfall-scenes.ts';
import questions from './04-question-scenes.ts';
import uncaughtException from './04-scenes.ts';
import unhandledRejection from './05-scenes.ts';

export default lesson({
  title: 'Critical Error Handling',
  points: [
    'uncaughtException vs unhandledRejection',
    'Error recovery strategies',
    'Crash reporting and logging',
    'Process restart patterns',
    'Safe error boundaries',
    'Production error handling',
  ],
  objectives: [
    'decide by the kind of an error whether a process goes on or ends, instead of by the way it arrived',
    'write a handler for fatal errors that logs, drains within a limit and ends with the right exit code, also when it fails itself',
    'tell a rejection that is caught late from one that is lost, and keep a list of background promises',
    'leave a crash report that is whole, names its request and shows no secret',
    'put boundaries around requests, emitters, streams and promises that know what they contain',
    'restart with backoff and a limit, and not after a stop',
  ],
  readingMinutes: 35,
  exercises: ['exercise-3'],
  examples: [uncaughtException, unhandledRejection],
  pitfalls,
  questions,
});
