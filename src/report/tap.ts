import { firstWords, plainFindings } from './plain-finding.ts';
import type { CheckReport } from './report.ts';
import type { Reporter } from './reporters.ts';

/** TAP version 14: a line for each check. A stretch check that fails is a TODO, what follows from another is skipped. */
export const tapReporter = (): Reporter => ({
  finish: ({ reports, without }) => {
    const checked = reports.flatMap(({ exercise, checks }) => checks.map((check) => ({ exercise, check })));
    const lines = [
      ...checked.map(({ exercise, check }, index) => lineFor(exercise, check, index + 1)),
      ...without.map((exercise, index) => `not ok ${checked.length + index + 1} - ${exercise} has a file`),
    ];
    return ['TAP version 14', `1..${lines.length}`, ...lines].join('\n');
  },
});

function lineFor(exercise: string, check: CheckReport, number: number): string {
  const about = `${number} - ${escapeTap(`${exercise} ${check.id}: ${check.title}`)}`;
  if (check.outcome === 'passed') return `ok ${about}`;
  if (check.skipped) return `ok ${about} # SKIP ${check.reason}`;
  if (check.follows !== undefined) return `ok ${about} # SKIP it follows from ${check.follows}`;
  const head = `not ok ${about}${check.tier === 'stretch' ? ' # TODO stretch' : ''}`;
  const text = plainFindings(check)
    .split('\n')
    .map((line) => `    ${line}`);
  return [
    head,
    '  ---',
    `  outcome: ${check.outcome}`,
    `  message: ${JSON.stringify(firstWords(check))}`,
    '  details: |',
    ...text,
    '  ...',
  ].join('\n');
}

/** In a description, TAP reads `#` as a directive and a backslash as an escape. */
const escapeTap = (text: string): string => text.replace(/[\\#]/g, (character) => `\\${character}`);
