import { example, lesson } from '#grader';
import { scenes } from './07-scenes.ts';

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
  examples: [
    example('07-performance-monitoring', {
      title: 'A service that can be examined while it runs',
      points: [
        'CPU profiling setup',
        'Memory heap analysis',
        'Performance metrics collection',
        'Event loop monitoring',
      ],
      requests: [
        { key: 'p', method: 'GET', path: '/price?items=2000' },
        { key: 'w', method: 'GET', path: '/wait?ms=2000' },
        { key: 'e', method: 'GET', path: '/export' },
        { key: 'm', method: 'GET', path: '/metrics' },
      ],
      scenes,
    }),
  ],
  pitfalls: [],
  questions: [],
});
