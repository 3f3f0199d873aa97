import { example, lesson } from '#grader';
import { connectionScenes } from './02-connection-scenes.ts';
import { limitScenes } from './02-limit-scenes.ts';
import { phaseScenes } from './02-phase-scenes.ts';
import { pitfalls } from './pitfalls.ts';
import { questions } from './questions.ts';

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
  objectives: [
    'write a shutdown in phases that answers what it accepted and keeps what it answered',
    'name every kind of connection that holds a server, and end each',
    'set one limit that ends what hangs and holds nobody back',
    'fit readiness, drain and cleanup into the patience of Docker, Kubernetes or pm2',
    'close pools, queues and files in the order in which one needs the other',
    'try a shutdown under load, and read in its codes whether it works',
  ],
  readingMinutes: 35,
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
  pitfalls,
  questions,
});
