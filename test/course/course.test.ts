import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseRightPrograms, chooseWrongAnswers, leastBreakers } from './choose-programs.ts';
import {
  type Checked,
  checkProgram,
  declaredMistake,
  exercises,
  programsIn,
  root,
  withOutcome,
} from './programs.ts';

/** What the untouched starter fails first: the behaviour that the learner is to write. */
const untouched: Record<string, readonly string[]> = {
  'exercise-1': ['stops-on-sigterm', 'stops-on-sigint', 'stops-on-sighup'],
  'exercise-5': ['every-job-is-answered-once', 'long-job-holds-up-nobody', 'nonsense-harms-nothing'],
  'exercise-3': ['logs-the-exception', 'degrades', 'stops-cleanly'],
  'exercise-2': ['prints-snapshots', 'refuses-no-json', 'ends-on-sigterm', 'ends-on-sigint'],
  'exercise-4': ['report-is-whole', 'suspects-a-steady-leak', 'reports-each-block', 'stops-on-sigterm'],
};

/** The ids of each exercise's checks. */
const ids: Record<string, readonly string[]> = Object.fromEntries(
  await Promise.all(
    exercises.map(async (exercise) => [exercise, (await scenariosOf(exercise)).map(({ id }) => id)]),
  ),
);

/** Four checks side by side are more than a learner ever starts; what such a machine was too busy for is played once more. */
const onceMore = { retry: 1 } as const;

// Concurrent, so that the slowest program of one exercise does not run alone before the next begins.
describe.concurrent.each(exercises)('%s', (exercise) => {
  test('has a brief, hints, a starter in both languages, at least two solutions and a page that compares them', () => {
    for (const file of [
      `exercises/${exercise}.hints.md`,
      `exercises/${exercise}.ts`,
      `dist/exercises/${exercise}.js`,
      `solutions/${exercise}/README.md`,
    ]) {
      expect(existsSync(join(root, file)), file).toBe(true);
    }
    expect(programsIn('solutions', exercise).length).toBeGreaterThanOrEqual(2);
  });

  test('its hints name checks that exist, and are at least four', async () => {
    const { default: grader } = await import(join(root, 'dist', 'graders', `${exercise}.js`));
    const ids = grader.scenarios.map(({ id }: { id: string }) => id);
    const named = [
      ...readFileSync(join(root, `exercises/${exercise}.hints.md`), 'utf8').matchAll(/^For: (.*)$/gm),
    ];
    expect(named.length).toBeGreaterThanOrEqual(4);
    for (const [, list = ''] of named) for (const id of list.split(',')) expect(ids).toContain(id.trim());
  });

  test.concurrent.each([`exercises/${exercise}.ts`, `dist/exercises/${exercise}.js`])(
    'the untouched starter %s runs, gets ready, and fails what the learner is to write',
    onceMore,
    async (file) => {
      const checked = await checkProgram(exercise, join(root, file));
      expect(checked.code).toBe(1);
      expect(withOutcome(checked, 'passed')).toContain(checked.report.checks[0]?.id);
      expect(withOutcome(checked, 'failed')).toEqual(
        expect.arrayContaining([...(untouched[exercise] ?? [])]),
      );
      expect(withOutcome(checked, 'trouble')).toEqual([]);
    },
  );

  test.concurrent.each(programsIn('solutions', exercise).map((file) => [basename(file), file]))(
    'the solution %s passes every check, core and stretch',
    onceMore,
    async (_, file) => {
      expect(await outcomes(exercise, file as string)).toEqual({
        code: 0,
        failed: [],
        moot: [],
        unstable: [],
        trouble: [],
      });
    },
  );

  test.concurrent.each(
    chooseRightPrograms(programsIn('test/right-answers', exercise)).map((file) => [basename(file), file]),
  )('the right program %s passes every check', onceMore, async (_, file) => {
    expect(await outcomes(exercise, file as string)).toEqual({
      code: 0,
      failed: [],
      moot: [],
      unstable: [],
      trouble: [],
    });
  });

  test.concurrent.each(
    chooseWrongAnswers(programsIn('test/wrong-answers', exercise), ids[exercise] ?? []).map((file) => [
      basename(file),
      file,
    ]),
  )(
    'the wrong answer %s breaks exactly the checks that it names',
    // A wrong program's own race may go the other way once, too.
    onceMore,
    async (_, file) => {
      const { breaks, moot, mistake } = declaredMistake(file as string);
      expect(mistake).not.toBe('');
      const checked = await checkProgram(exercise, file as string);
      // What only follows from a broken gate may be named, and need not be.
      const follows = checked.report.checks.flatMap((check) =>
        check.follows === undefined ? [] : [check.id],
      );
      const { code, ...seen } = outcomesOf(checked);
      const named = moot.filter((id) => !follows.includes(id));
      expect(seen).toEqual({ failed: breaks, moot: named, unstable: [], trouble: [] });
      const stretch = await stretchIds(exercise);
      expect(code).toBe([...breaks, ...moot, ...follows].every((id) => stretch.has(id)) ? 0 : 1);
    },
  );

  test('every check is broken by at least two wrong answers', async () => {
    const { default: grader } = await import(join(root, 'dist', 'graders', `${exercise}.js`));
    const broken = programsIn('test/wrong-answers', exercise).flatMap((file) => declaredMistake(file).breaks);
    for (const { id } of grader.scenarios)
      expect(broken.filter((name) => name === id).length, id).toBeGreaterThanOrEqual(leastBreakers);
  });
});

const outcomes = async (exercise: string, file: string) => outcomesOf(await checkProgram(exercise, file));

function outcomesOf(checked: Checked) {
  const sorted = (outcome: string): string[] => withOutcome(checked, outcome).sort();
  return {
    code: checked.code,
    failed: sorted('failed'),
    moot: sorted('moot'),
    unstable: sorted('unstable'),
    trouble: sorted('trouble'),
  };
}

async function stretchIds(exercise: string): Promise<Set<string>> {
  const { default: grader } = await import(join(root, 'dist', 'graders', `${exercise}.js`));
  return new Set(
    grader.scenarios
      .filter(({ tier }: { tier: string }) => tier === 'stretch')
      .map(({ id }: { id: string }) => id),
  );
}

async function scenariosOf(exercise: string): Promise<readonly { id: string; tier: string }[]> {
  return (await import(join(root, 'dist', 'graders', `${exercise}.js`))).default.scenarios;
}
