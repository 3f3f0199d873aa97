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
  objectives: [],
  readingMinutes: 30,
  exercises: ['exercise-3'],
  examples: [uncaughtException, unhandledRejection],
  pitfalls,
  questions,
});
