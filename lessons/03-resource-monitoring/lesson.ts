import { lesson } from '#grader';

export default lesson({
  title: 'Resource Monitoring',
  points: [
    'CPU usage tracking',
    'Memory usage patterns and alerts',
    'Event loop lag detection',
    'Active handle monitoring',
    'File descriptor tracking',
    'Custom health check endpoints',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: ['exercise-2'],
  examples: [],
  pitfalls: [],
  questions: [],
});
