import { lesson } from '#grader';
import { ipcBasics } from './08-scenes.ts';

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
  objectives: [],
  readingMinutes: 30,
  exercises: ['exercise-5'],
  examples: [ipcBasics],
  pitfalls: [],
  questions: [],
});
