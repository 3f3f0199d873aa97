import { lesson } from '#grader';
import questions from './06-question-scenes.ts';
import processWarnings from './06-scenes.ts';
import pitfalls from './12-pitfall-scenes.ts';

export default lesson({
  title: 'Process Warnings',
  points: [
    'Understanding process warnings',
    'Deprecation warnings',
    'Custom warning emissions',
    'Warning event handling',
    'MaxListenersExceeded warnings',
    'Memory leak detection warnings',
  ],
  objectives: [
    'say what a warning does to a process, when it is delivered, and which flag silences what',
    'deprecate something of your own, and find what the next Node line deprecates before it is there',
    'emit warnings that can be counted, disabled and acted on, and emit each of them once',
    'collect warnings in production: one line for a kind, exact counts, and no way for the listener to harm the process',
    'tell a leak of listeners from a fan-out, and know the leaks that no warning shows',
  ],
  readingMinutes: 30,
  exercises: [],
  examples: [processWarnings],
  pitfalls,
  questions,
});
