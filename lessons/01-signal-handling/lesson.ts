import { example, lesson } from '#grader';
import { cleanupScenes } from './01-cleanup-scenes.ts';
import { otherSignalScenes } from './01-other-signal-scenes.ts';
import { stopScenes } from './01-stop-scenes.ts';
import { pitfalls } from './pitfalls.ts';
import { questions } from './questions.ts';

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
  objectives: [
    'tell what the kernel, Node and your listener each do with a signal, and when',
    'decide what SIGTERM, SIGINT and SIGHUP mean to a service, and with which code it ends',
    'read an exit code of 130, 137 or 143, and tell a death by signal from an exit',
    'find out why a signal never reaches a program behind a shell, npm or PID 1',
    'answer for child processes and process groups when the end comes',
    'keep libraries and second signals from ending a program in the middle of its cleanup',
  ],
  readingMinutes: 35,
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
  pitfalls,
  questions,
});
