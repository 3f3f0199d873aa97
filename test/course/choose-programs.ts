import { declaredMistake } from './programs.ts';

/** Each check has to be broken by at least this many wrong answers, or nothing shows that it can fail. */
export const leastBreakers = 2;

/** As many other right programs as an exercise is played with where not all are wanted. */
const rightOnes = 5;

const choices = { all: (files: readonly string[]) => [...files], sharpest, few, none: () => [] };

/**
 * COURSE_PROGRAMS says which programs are played: `all`, the `sharpest` wrong answers and all right programs, a `few` of
 * both, or `none`. Without it a few, because more would take longer than a test should; `npm run check:course` plays
 * the sharpest. Starters and solutions are always played.
 */
function wantedPrograms(): keyof typeof choices {
  const wanted = process.env.COURSE_PROGRAMS ?? 'few';
  if (!Object.hasOwn(choices, wanted))
    throw new Error(`COURSE_PROGRAMS is "${wanted}", and not one of ${Object.keys(choices).join(', ')}.`);
  return wanted as keyof typeof choices;
}

/** The wrong answers that are played. */
export function chooseWrongAnswers(files: readonly string[], checks: readonly string[]): string[] {
  const chosen = new Set(choices[wantedPrograms()](files, checks));
  return files.filter((file) => chosen.has(file));
}

/** The right programs, besides the solutions, that are played. */
export function chooseRightPrograms(files: readonly string[]): string[] {
  const wanted = wantedPrograms();
  return wanted === 'none' ? [] : files.slice(0, wanted === 'few' ? rightOnes : undefined);
}

/** Those that prove the most in the least time: together they break every check, and each exactly its own. */
function few(files: readonly string[], checks: readonly string[]): string[] {
  const left = new Set(checks);
  const chosen: string[] = [];
  const gain = (file: string): number => declaredMistake(file).breaks.filter((id) => left.has(id)).length;
  while (left.size > 0) {
    const [best] = [...files].sort((a, b) => gain(b) - gain(a) || a.localeCompare(b));
    if (best === undefined || gain(best) === 0) break;
    chosen.push(best);
    for (const id of declaredMistake(best).breaks) left.delete(id);
  }
  return chosen;
}

/** Two for every check, those first that break the fewest others. */
function sharpest(files: readonly string[], checks: readonly string[]): string[] {
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
  return [...chosen];
}
