import { example, lesson } from '#grader';
import { scenes } from './03-scenes.ts';

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
  examples: [
    example('03-resource-monitoring', {
      title: 'A service that watches its own resources',
      points: [
        'CPU and memory monitoring',
        'Event loop lag detection',
        'Resource alert system',
        'Health check implementation',
      ],
      requests: [
        { key: 'r', method: 'GET', path: '/report' },
        { key: 'w', method: 'GET', path: '/wait?ms=2000' },
        { key: 'c', method: 'POST', path: '/load/cpu?ms=2000' },
        { key: 'b', method: 'POST', path: '/load/buffers?mb=64' },
        { key: 'h', method: 'POST', path: '/load/heap?mb=64' },
        { key: 'f', method: 'POST', path: '/load/files?open=900' },
        { key: 'd', method: 'GET', path: '/readyz' },
      ],
      scenes,
    }),
  ],
  pitfalls: [],
  questions: [],
});
