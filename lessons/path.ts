import type { LearningPath } from '#grader';

const guide = (number: string, topic: string, title: string) => ({
  text: `Read the guide ${title}`,
  command: `guide ${number}`,
  // That a guide was read is shown by the answers to its questions.
  evidence: [{ answered: topic }],
});
const example = (id: string) => ({
  text: `Study the example ${id}`,
  command: `run ${id.slice(0, 2)}`,
  evidence: [{ seen: id }],
});
const exercise = (number: number, title: string) => ({
  text: `Exercise ${number}, ${title}`,
  command: `check ${number}`,
  evidence: [{ passed: `exercise-${number}` }],
});
const onYourOwn = (text: string, command?: string) => ({
  text,
  ...(command !== undefined && { command }),
  evidence: [],
});

const signals = guide('01', '01-signal-handling', 'Signal Handling');
const shutdown = guide('02', '02-graceful-shutdown', 'Graceful Shutdown');
const resources = guide('03', '03-resource-monitoring', 'Resource Monitoring');
const errors = guide('04', '04-critical-errors', 'Critical Error Handling');
const warnings = guide('05', '05-process-warnings', 'Process Warnings');
const performance = guide('06', '06-performance-monitoring', 'Performance Monitoring');
const exits = guide('07', '07-exit-handling', 'Advanced Exit Handling');
const ipc = guide('08', '08-ipc', 'Inter-Process Communication');

const one = exercise(1, 'a production signal handler');
const two = exercise(2, 'a resource monitor with alerts');
const three = exercise(3, 'an error recovery system');
const four = exercise(4, 'a process health manager');
const five = exercise(5, 'a multi-process coordinator');

export default {
  weeks: [
    {
      title: 'Week 1: signals and shutdown',
      days: [
        {
          title: 'Day 1',
          items: [signals, example('01-signal-basics'), example('02-graceful-shutdown'), one],
        },
        {
          title: 'Day 2',
          items: [shutdown, example('03-resource-monitoring'), example('04-uncaught-exception'), two],
        },
        {
          title: 'Day 3',
          items: [onYourOwn('Give an application of your own a graceful shutdown', 'show 02')],
        },
      ],
    },
    {
      title: 'Week 2: monitoring and errors',
      days: [
        {
          title: 'Day 4',
          items: [resources, example('05-unhandled-rejection'), example('06-process-warnings'), three],
        },
        {
          title: 'Day 5',
          items: [errors, performance, example('07-performance-monitoring'), example('08-ipc-basics'), four],
        },
        {
          title: 'Day 6',
          items: [
            warnings,
            exits,
            example('09-exit-handling'),
            ipc,
            five,
            onYourOwn('Build a small project of your own with what you have learned'),
          ],
        },
      ],
    },
  ],
  quickStart: [
    {
      text: 'Review all guides, 02 and 04 above all',
      command: 'guide',
      evidence: [signals, shutdown, resources, errors, warnings, performance, exits, ipc].flatMap(
        ({ evidence }) => evidence,
      ),
    },
    {
      text: 'Study the examples 02, 04, 06 and 08',
      command: 'run 02',
      evidence: [
        { seen: '02-graceful-shutdown' },
        { seen: '04-uncaught-exception' },
        { seen: '06-process-warnings' },
        { seen: '08-ipc-basics' },
      ],
    },
    {
      text: 'Pass the exercises 3 to 5',
      command: 'check 3',
      evidence: [{ passed: 'exercise-3' }, { passed: 'exercise-4' }, { passed: 'exercise-5' }],
    },
    onYourOwn('Build a system that manages its processes in production'),
  ],
  objectives: [
    {
      text: 'Handle SIGTERM, SIGINT and SIGHUP properly',
      evidence: [{ seen: '01-signal-basics' }, { answered: '01-signal-handling' }, { passed: 'exercise-1' }],
    },
    {
      text: 'Shut down gracefully, with cleanup',
      evidence: [
        { seen: '02-graceful-shutdown' },
        { answered: '02-graceful-shutdown' },
        { passed: 'exercise-1' },
      ],
    },
    {
      text: 'Monitor the resources of a process and set up alerts',
      evidence: [
        { seen: '03-resource-monitoring' },
        { answered: '03-resource-monitoring' },
        { passed: 'exercise-2' },
      ],
    },
    {
      text: 'Handle uncaughtException and unhandledRejection safely',
      evidence: [
        { seen: '04-uncaught-exception' },
        { seen: '05-unhandled-rejection' },
        { answered: '04-critical-errors' },
      ],
    },
    {
      text: 'Work with process warnings and deprecations',
      evidence: [{ seen: '06-process-warnings' }, { answered: '05-process-warnings' }],
    },
    {
      text: 'Monitor and profile performance',
      evidence: [
        { seen: '07-performance-monitoring' },
        { answered: '06-performance-monitoring' },
        { passed: 'exercise-4' },
      ],
    },
    {
      text: 'Manage advanced exits and their cleanup',
      evidence: [{ seen: '09-exit-handling' }, { answered: '07-exit-handling' }],
    },
    {
      text: 'Let processes communicate over IPC',
      evidence: [{ seen: '08-ipc-basics' }, { answered: '08-ipc' }, { passed: 'exercise-5' }],
    },
    {
      text: 'Decide about errors as production needs it',
      evidence: [{ answered: '04-critical-errors' }, { passed: 'exercise-3' }],
    },
    {
      text: 'Build processes that run long and recover',
      evidence: [{ passed: 'exercise-3' }, { passed: 'exercise-4' }, { passed: 'exercise-5' }],
    },
  ],
  practicalChecks: [
    {
      text: 'Implement signal handlers for production',
      evidence: [{ seen: '01-signal-basics' }, { passed: 'exercise-1' }],
    },
    {
      text: 'Build a graceful shutdown with a limit',
      evidence: [{ seen: '02-graceful-shutdown' }, { passed: 'exercise-1' }],
    },
    {
      text: 'Monitor resources and raise alerts',
      evidence: [{ seen: '03-resource-monitoring' }, { passed: 'exercise-2' }],
    },
    {
      text: 'Handle critical errors safely',
      evidence: [
        { seen: '04-uncaught-exception' },
        { seen: '05-unhandled-rejection' },
        { passed: 'exercise-3' },
      ],
    },
    {
      text: 'Detect and diagnose memory leaks',
      evidence: [{ answered: '06-performance-monitoring' }, { passed: 'exercise-4' }],
    },
    {
      text: 'Coordinate several processes',
      evidence: [{ seen: '08-ipc-basics' }, { passed: 'exercise-5' }],
    },
    {
      text: 'Build long-running processes that survive failures',
      evidence: [{ passed: 'exercise-3' }, { passed: 'exercise-5' }],
    },
    {
      text: 'Debug processes in production',
      evidence: [
        { seen: '06-process-warnings' },
        { seen: '07-performance-monitoring' },
        { passed: 'exercise-4' },
      ],
    },
  ],
} satisfies LearningPath;
