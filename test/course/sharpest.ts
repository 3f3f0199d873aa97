import { declaredMistake } from './programs.ts';

/** Each check has to be broken by at least this many wrong answers, or nothing shows that it can fail. */
export const leastBreakers = 2;

/**
 * Wrong answers that prove the most in the least time: two for every check, those first that break the fewest others.
 * All of them are played with COURSE_PROGRAMS=all, none with COURSE_PROGRAMS=right.
 */
export function sharpest(files: readonly string[], checks: readonly string[]): string[] {
  if (process.env.COURSE_PROGRAMS === 'all') return [...files];
  if (process.env.COURSE_PROGRAMS === 'right') return [];
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
