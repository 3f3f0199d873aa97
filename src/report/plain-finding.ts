import { escapeControls } from './escape.ts';
import type { CheckReport } from './report.ts';

const escapeLines = (text: string): string => text.split('\n').map(escapeControls).join('\n');

/** Why a check did not pass, as plain text in whole lines, for formats that carry one text a check. */
export function plainFindings({ findings, notes, reason, follows }: CheckReport): string {
  const why =
    follows === undefined
      ? reason === undefined
        ? []
        : [reason]
      : [`It follows from ${follows}: ${reason}.`];
  const parts = findings.map(({ claim, expected, seen, because, help }) =>
    [`claim: ${claim}`, `expected: ${expected}`, `seen: ${seen}`, `why: ${because}`, `read on: ${help}`].join(
      '\n',
    ),
  );
  return [...parts, ...why, ...notes].map(escapeLines).join('\n\n');
}

/** The same in one line: what was seen first, or why nothing was judged. */
export const firstWords = ({ findings, reason, outcome }: CheckReport): string =>
  escapeControls((findings[0]?.seen ?? reason ?? outcome).split('\n')[0] ?? '');

/** What could not be played is nobody's failure, a stretch check never blocks, and what only follows from another check is said there. */
export const isToBeSkipped = ({ tier, outcome, follows, skipped }: CheckReport): boolean =>
  outcome === 'moot'
    ? skipped === true || follows !== undefined || tier === 'stretch'
    : outcome === 'failed' && tier === 'stretch';
