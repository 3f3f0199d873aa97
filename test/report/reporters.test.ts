import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import type { Graded } from '../../src/report/report.ts';
import { openReporter, type ReporterName, reporterNames } from '../../src/report/reporters.ts';
import { reportOfAll, reportOfPassed } from './report-by-hand.ts';

const root = join(import.meta.dirname, '..', '..');
const place = { page: { color: new Chalk({ level: 0 }), width: 80 }, verbose: false, cwd: '/home/learner' };
const one: Graded = { scope: 'one', passed: false, reports: [reportOfAll], without: [] };
const all: Graded = {
  scope: 'all',
  passed: false,
  reports: [reportOfPassed, reportOfAll],
  without: ['exercise-10'],
};

async function told(name: ReporterName, graded: Graded): Promise<string> {
  const reporter = await openReporter(name, place);
  const parts = graded.reports.flatMap((report) => [
    reporter.begin?.({ ...report, title: 'The ninth', file: 'exercise-9.ts' }),
    ...report.checks.map((check) => reporter.check?.(check)),
    reporter.end?.(report),
  ]);
  return [...parts, await reporter.finish?.(graded)].filter((part) => part !== undefined).join('\n');
}

describe.each(reporterNames)('the reporter %s', (name) => {
  test('tells one exercise', async () => {
    await expect(`${await told(name, one)}\n`).toMatchFileSnapshot(`golden/reporter-${name}-one.txt`);
  });

  test('tells all exercises, and those that have no file', async () => {
    const text = await told(name, all);
    expect(text).toContain('exercise-10');
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/reporter-${name}-all.txt`);
  });

  test('shows nothing of a program that could act on a terminal', async () => {
    expect(await told(name, all)).not.toContain('\u001b');
  });
});

describe('the JSON document', () => {
  test('follows its written schema, for one exercise and for all', async () => {
    const schema = JSON.parse(readFileSync(join(root, 'schemas/check.schema.json'), 'utf8'));
    const validate = new Ajv().compile(schema);
    for (const graded of [one, all]) {
      expect(validate(JSON.parse(await told('json', graded))), JSON.stringify(validate.errors)).toBe(true);
    }
    expect(validate({ schema: 1, passed: true })).toBe(false);
  });
});
