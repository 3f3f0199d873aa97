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
  objectives: [],
  readingMinutes: 30,
  exercises: [],
  examples: [processWarnings],
  pitfalls,
  questions,
});
