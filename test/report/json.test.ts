import { expect, test } from 'vitest';
import { renderJson } from '../../src/report/json.ts';
import { hasTrouble, isPassed } from '../../src/report/report.ts';
import { reportOfAll, reportOfPassed } from './report-by-hand.ts';

test('the report as JSON is the report without its timelines', () => {
  const checks = reportOfAll.checks.map(({ timeline: _, ...check }) => check);
  expect(JSON.parse(renderJson(reportOfAll, { verbose: false }))).toEqual({ ...reportOfAll, checks });
});

test('the report as JSON is all of the report where all is wanted', () => {
  expect(JSON.parse(renderJson(reportOfAll, { verbose: true }))).toEqual(reportOfAll);
});

test('the report as JSON carries no control character as it is', () => {
  expect(renderJson(reportOfAll, { verbose: true })).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('a report is passed where every core check is, and not where there is none', () => {
  expect(isPassed(reportOfPassed.checks)).toBe(true);
  expect(isPassed([])).toBe(false);
  expect(isPassed(reportOfAll.checks.filter(({ tier }) => tier === 'stretch'))).toBe(false);
  for (const check of reportOfAll.checks.slice(1)) {
    expect(isPassed([...reportOfPassed.checks, check])).toBe(check.tier === 'stretch');
  }
});

test('trouble is known as such', () => {
  expect(hasTrouble(reportOfAll)).toBe(true);
  expect(hasTrouble(reportOfPassed)).toBe(false);
});
