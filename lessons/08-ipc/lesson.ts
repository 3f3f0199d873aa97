import { lesson } from '#grader';

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
  exercises: ['exercise-5'],
  examples: [],
});
