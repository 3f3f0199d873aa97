import { example, lesson } from '#grader';
import { cleanupScenes } from './01-cleanup-scenes.ts';
import { otherSignalScenes } from './01-other-signal-scenes.ts';
import { stopScenes } from './01-stop-scenes.ts';

export default lesson({
  title: 'Signal Handling',
  points: [
    'Understanding POSIX signals',
    'SIGTERM vs SIGINT vs SIGHUP',
    'Handling custom signals (SIGUSR1, SIGUSR2)',
    'Signal propagation in process trees',
    'Platform differences (Windows vs Unix)',
    'Preventing signal handler conflicts',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: [],
  examples: [
    example('01-signal-basics', {
      title: 'A worker that signals stop, reload and ask',
      points: [
        'Handling SIGTERM and SIGINT',
        'Signal handler registration',
        'Platform-specific handling',
        'Signal cleanup patterns',
      ],
      requests: [],
      scenes: [...stopScenes, ...otherSignalScenes, ...cleanupScenes],
    }),
  ],
  pitfalls: [],
  questions: [],
});
