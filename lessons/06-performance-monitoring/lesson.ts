import { lesson } from '#grader';

export default lesson({
  title: 'Performance Monitoring',
  points: [
    'CPU profiling techniques',
    'Memory profiling and heap dumps',
    'Event loop monitoring',
    'Async resource tracking',
    'Performance marks and measures',
    'Production profiling strategies',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: ['exercise-4'],
  examples: [],
  pitfalls: [],
  questions: [],
});
