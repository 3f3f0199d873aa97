import type { Console } from '../../cli/console.ts';
import type { Changes } from '../../report/changes.ts';
import { wrap } from '../../report/columns.ts';
import { counted } from '../../report/counted.ts';
import { escapeControls } from '../../report/escape.ts';
import { renderFailure } from '../../report/human.ts';
import type { CheckReport, Report } from '../../report/report.ts';

/** All that the screen of `watch` is drawn from. */
export interface Screen {
  readonly exercise: string;
  readonly file: string;
  readonly round: number;
  readonly state: 'checking' | 'known';
  readonly report?: Report;
  readonly changes?: Changes;
  /** Which of the failures is shown, counted on and on. */
  readonly chosen?: number;
  readonly timeline?: boolean;
  readonly trouble?: string | undefined;
}

/** Draws the whole screen anew. What does not fit is left out at the end, never the keys. */
export function drawScreen(screen: Screen, console: Console): void {
  const head = headOf(screen, console);
  const keys = [
    '',
    ...wrap(keysOf(screen), console.width, '')
      .split('\n')
      .map((line) => console.color.dim(line)),
  ];
  const room = console.height - head.length - keys.length - 1;
  const body = bodyOf(screen, console);
  const shown =
    body.length > room
      ? [...body.slice(0, room - 1), console.color.dim('… (t shows less, or make the window higher)')]
      : body;
  console.clear();
  for (const line of [...head, ...shown, ...keys].flatMap((text) => text.split('\n'))) console.out(line);
}

/** The same for a pipe: what has changed, and the first failure, once a round. */
export function tellRound(screen: Screen, console: Console): void {
  for (const line of [...headOf(screen, console), ...bodyOf({ ...screen, timeline: false }, console)])
    console.out(line);
}

function headOf(
  { exercise, file, round, state, report, changes }: Screen,
  { color, width }: Console,
): string[] {
  const about = `${exercise}  ${escapeControls(file)}  round ${round}`;
  if (report === undefined) return [color.bold(about), 'checking ...'];
  const passed = report.checks.filter(({ outcome }) => outcome === 'passed').length;
  const verdict = report.passed ? color.green('passed') : color.red('not passed');
  const sum = `${verdict}, ${passed} of ${report.checks.length} checks, ${(report.durationMs / 1_000).toFixed(1)} s`;
  const list = (label: string, ids: readonly string[], paint: (text: string) => string): string[] =>
    ids.length === 0 ? [] : [paint(wrap(`${label.padEnd(14)}${ids.join(', ')}`, width, ' '.repeat(14)))];
  return [
    color.bold(about),
    state === 'checking' ? color.yellow('checking ...') : sum,
    ...list('fixed', changes?.fixed ?? [], color.green),
    ...list('broken', changes?.broken ?? [], color.red),
    ...list('still failing', changes?.still ?? [], color.yellow),
    ...following(changes?.following ?? 0, color),
  ].flatMap((text) => text.split('\n'));
}

const following = (count: number, color: Console['color']): string[] =>
  count === 0
    ? []
    : [color.dim(`${''.padEnd(14)}and ${counted(count, 'check')} that cannot be judged before`)];

function bodyOf({ report, chosen = 0, timeline = false, trouble }: Screen, console: Console): string[] {
  if (trouble !== undefined) return ['', console.color.red(escapeControls(trouble))];
  const open = failuresOf(report);
  const check = open[chosen % Math.max(1, open.length)];
  if (check === undefined) return report === undefined ? [] : ['', ...nothingOpen(report, console)];
  const place =
    open.length > 1 ? [console.color.dim(`failure ${(chosen % open.length) + 1} of ${open.length}`)] : [];
  return ['', ...place, ...renderFailure(check, timeline, console).split('\n')];
}

function nothingOpen({ checks }: Report, { color, width }: Console): string[] {
  const skipped = checks.find((check) => check.skipped);
  if (skipped === undefined) return [color.green('Every check passes.')];
  return wrap(`Nothing was judged, because ${skipped.reason}.`, width, '')
    .split('\n')
    .map((line) => color.yellow(line));
}

/** What the learner can mend: failures first, then what was unstable; what follows from others is not shown. */
const failuresOf = (report: Report | undefined): readonly CheckReport[] =>
  report?.checks.filter(
    ({ outcome, follows, skipped }) => outcome !== 'passed' && follows === undefined && !skipped,
  ) ?? [];

const keysOf = ({ report }: Screen): string =>
  [
    failuresOf(report).length > 1 ? 'n next failure' : '',
    't timeline',
    'h hint',
    'g guide',
    'r replay by hand',
    'Enter check again',
    'q quit',
  ]
    .filter(Boolean)
    .join('   ');
