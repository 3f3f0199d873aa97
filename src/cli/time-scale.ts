import { UsageError } from './command.ts';

/** PROC_COURSE_TIME_SCALE stretches all waits on machines that are known to be slow. Throws where it is no such factor. */
export function readTimeScale(env: Readonly<Record<string, string | undefined>>): number {
  const text = env.PROC_COURSE_TIME_SCALE;
  if (text === undefined || text === '') return 1;
  const scale = Number(text);
  if (scale >= 1 && scale <= 100) return scale;
  throw new UsageError(
    `PROC_COURSE_TIME_SCALE is "${text}", and has to be a number from 1 to 100.`,
    'unset PROC_COURSE_TIME_SCALE',
  );
}
