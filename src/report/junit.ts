import junit, { type Builder, type TestSuite } from 'junit-report-builder';
import { firstWords, isToBeSkipped, plainFindings } from './plain-finding.ts';
import type { CheckReport } from './report.ts';
import type { Reporter } from './reporters.ts';

// Its types describe a module that Node loads otherwise: what is imported is the builder itself.
const builder = junit as unknown as Builder;

/** JUnit's XML: a suite for each exercise, a case for each check. A stretch check that fails is skipped, not failed. */
export const junitReporter = (): Reporter => ({
  finish: ({ reports, without }) => {
    const document = builder.newBuilder();
    for (const { exercise, durationMs, checks, seed, file } of reports) {
      const suite = document
        .testSuite()
        .name(exercise)
        .time(durationMs / 1_000)
        .property('seed', String(seed))
        .property('file', file);
      for (const check of checks) addCase(suite, exercise, check);
    }
    for (const exercise of without) {
      const missing = document.testSuite().name(exercise).testCase().className(exercise).name('has a file');
      missing.failure(`There is no file for ${exercise}.`, 'missing');
    }
    return document.build().trimEnd();
  },
});

function addCase(suite: TestSuite, exercise: string, check: CheckReport): void {
  const { id, title, outcome, durationMs } = check;
  const added = suite
    .testCase()
    .className(`${exercise}.${id}`)
    .name(title)
    .time(durationMs / 1_000);
  if (outcome === 'passed') return;
  if (isToBeSkipped(check)) added.skipped();
  else if (outcome === 'trouble') added.error(firstWords(check), outcome, plainFindings(check));
  else added.failure(firstWords(check), outcome).stacktrace(plainFindings(check));
  if (isToBeSkipped(check)) added.standardOutput(plainFindings(check));
}
