import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { renderCheck, renderHead, renderVerdict } from '../../src/report/human.ts';
import type { Report } from '../../src/report/report.ts';
import { reportOfAll, reportOfPassed } from './report-by-hand.ts';

const page = (width: number, level: 0 | 1 = 0) => ({ color: new Chalk({ level }), width });

const whole = (report: Report, width: number, verbose = false): string =>
  [
    renderHead({ ...report, title: 'Graceful shutdown' }, page(width)),
    ...report.checks.map((check) => renderCheck(check, page(width))),
    renderVerdict(report, { verbose }, page(width)),
    '',
  ].join('\n');

describe('the report for people', () => {
  test.each([80, 120])('reads like this where the page is %i columns wide', async (width) => {
    await expect(whole(reportOfAll, width)).toMatchFileSnapshot(`./golden/all-outcomes-${width}.txt`);
  });

  test('reads like this where all timelines are wanted', async () => {
    await expect(whole(reportOfAll, 80, true)).toMatchFileSnapshot('./golden/all-outcomes-verbose-80.txt');
  });

  test('reads like this where all is well', async () => {
    await expect(whole(reportOfPassed, 80)).toMatchFileSnapshot('./golden/passed-80.txt');
  });

  test.each([80, 120])('has no line that is wider than %i columns', (width) => {
    for (const line of whole(reportOfAll, width, true).split('\n'))
      expect(line.length).toBeLessThanOrEqual(width);
  });

  test('lets nothing of a program act on the terminal', () => {
    expect(whole(reportOfAll, 80, true)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  test('says the same with color, and draws the timeline too', () => {
    const colored = renderVerdict(reportOfAll, { verbose: true }, page(80, 1));
    expect(colored).toContain('\u001b[31m');
    const lines = colored.replace(/\u001b\[\d+m/g, '').split('\n');
    const plain = renderVerdict(reportOfAll, { verbose: true }, page(80)).split('\n');
    expect(lines).toEqual(expect.arrayContaining(plain));
    const drawn = lines.filter((line) => !plain.includes(line));
    expect(drawn.join('\n')).toMatch(/program +├━+ exit 1 ┤/);
  });
});
