import { example, lesson } from '#grader';
import { connectionScenes } from './02-connection-scenes.ts';
import { limitScenes } from './02-limit-scenes.ts';
import { phaseScenes } from './02-phase-scenes.ts';

export default lesson({
  title: 'Graceful Shutdown',
  points: [
    'Multi-phase shutdown sequences',
    'Connection draining patterns',
    'Cleanup timeouts and force-kill',
    'Database connection cleanup',
    'File handle management',
    'In-flight request handling',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: ['exercise-1'],
  examples: [
    example('02-graceful-shutdown', {
      title: 'A service that goes down without losing an order',
      points: [
        'Multi-phase shutdown sequence',
        'Connection draining',
        'Cleanup timeout handling',
        'HTTP server graceful shutdown',
      ],
      requests: [
        { key: 'o', method: 'POST', path: '/orders?ms=3000' },
        { key: 's', method: 'GET', path: '/stream' },
        { key: 'b', method: 'GET', path: '/stuck' },
        { key: 'd', method: 'GET', path: '/ready' },
      ],
      scenes: [...phaseScenes, ...limitScenes, ...connectionScenes],
    }),
  ],
  pitfalls: [],
  questions: [],
});
