import { lesson } from '#grader';
import { exitHandling } from './09-scenes.ts';

export default lesson({
  title: 'Advanced Exit Handling',
  points: [
    'Exit code strategies',
    'Cleanup coordination',
    'Exit event guarantees',
    'beforeExit vs exit timing',
    'Preventing premature exit',
    'Exit handler ordering',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: [],
  examples: [exitHandling],
  pitfalls: [],
  questions: [],
});
