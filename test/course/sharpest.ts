import { declaredMistake } from './programs.ts';

/** Each check has to be broken by at least this many wrong answers, or nothing shows that it can fail. */
export const leastBreakers = 2;

/**
 * Wrong answers that prove the most in the least time: two for every check, those first that break the fewest others.
 * COURSE_PROGRAMS says which are played: `all`, `sharpest`, none with `right`. Without it only those of exercise 1 are,
 * because the whole takes longer than a test should; `npm run check:course` plays the sharpest of every exercise.
 */
export function sharpest(exercise: string, files: readonly string[], checks: readonly string[]): string[] {
  if (process.env.COURSE_PROGRAMS === 'all') return [...files];
  const wanted = process.env.COURSE_PROGRAMS ?? (exercise === 'exercise-1' ? 'sharpest' : 'right');
  if (wanted === 'right') return [];
  const byBreadth = files
    .map((file) => ({ file, breaks: declaredMistake(file).breaks }))
    .sort((a, b) => a.breaks.length - b.breaks.length || a.file.localeCompare(b.file));
  const chosen = new Set<string>();
  const breakers = (check: string): number =>
    byBreadth.filter(({ file, breaks }) => chosen.has(file) && breaks.includes(check)).length;
  for (let wanted = 1; wanted <= leastBreakers; wanted += 1) {
    for (const check of checks) {
      const next = byBreadth.find(({ file, breaks }) => !chosen.has(file) && breaks.includes(check));
      if (breakers(check) < wanted && next !== undefined) chosen.add(next.file);
    }
  }
  return files.filter((file) => chosen.has(file));
}
