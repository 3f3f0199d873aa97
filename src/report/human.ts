import type { ChalkInstance } from 'chalk';
import type { Timeline } from '../timeline/events.ts';
import { wrap } from './columns.ts';
import { describeEvent } from './describe-event.ts';
import { escapeControls } from './escape.ts';
import { excerpt } from './excerpt.ts';
import type { CheckReport, Finding, Graded, Outcome, Report } from './report.ts';
import type { Beginning } from './reporters.ts';
import { drawTimeline } from './timeline-drawing.ts';

/** What a text for people needs to know of where it is read. */
export interface Page {
  readonly color: ChalkInstance;
  readonly width: number;
}

const marks: Record<Outcome, string> = { passed: '✔', failed: '✘', moot: '○', unstable: '≈', trouble: '!' };
const indent = '      ';
// Longer lines are hard to read, however wide the terminal is.
const widest = 110;

/** The lines before the first check. */
export function renderHead({ title, exercise, file, seed }: Beginning, { color }: Page): string {
  return `${color.bold(`${exercise}: ${escapeControls(title)}`)}\n${color.dim(`${escapeControls(file)}, seed ${seed}`)}\n`;
}

/** One check in one line, as soon as its outcome is known. */
export function renderCheck(
  { outcome, point, title, tier, id, reason, follows }: CheckReport,
  { color, width }: Page,
): string {
  const columns = Math.min(width, widest);
  const kind = tier === 'stretch' ? ' (stretch)' : '';
  const line = `${painter(outcome, color)(marks[outcome])} ${String(point).padStart(2)}  ${wrap(`${title}${kind}`, columns, indent)}`;
  const why = {
    passed: undefined,
    failed: undefined,
    moot: follows === undefined ? `not judged, because ${reason}` : `not judged: it follows from ${follows}`,
    unstable: `unstable, because ${reason}`,
    trouble: 'a fault of the course, not of the program',
  }[outcome];
  if (why === undefined) return line;
  return `${line}\n${indent}${color.dim(wrap(`${follows === undefined ? `${id}: ` : ''}${escapeControls(why)}`, columns, indent))}`;
}

/** Everything after the last check: each failure in full, then the verdict. */
export function renderVerdict(report: Report, { verbose }: { verbose: boolean }, page: Page): string {
  const details = report.checks
    .filter(
      ({ outcome }) => verbose || outcome === 'failed' || outcome === 'unstable' || outcome === 'trouble',
    )
    .map((check) => renderDetails(check, verbose, page));
  return ['', ...details, renderSum(report, page)].join('\n');
}

/** One check that did not pass, in full; the timeline with it where it is wanted. */
export const renderFailure = (check: CheckReport, withTimeline: boolean, page: Page): string => {
  const { timeline: _, ...told } = check;
  return withTimeline ? renderDetails(check, false, page) : renderDetails(told, false, page, check.timeline);
};

function renderDetails(check: CheckReport, verbose: boolean, page: Page, doneIn = check.timeline): string {
  const { color, width } = page;
  const text = (words: string): string => wrap(words, Math.min(width, widest), '    ');
  const lines = [
    painter(check.outcome, color)(`${marks[check.outcome]} ${check.point}  ${check.id}`),
    `    ${text(check.title)}`,
    '',
  ];
  if (check.outcome === 'trouble') {
    lines.push(
      `    ${text('This is a fault of the course, and nothing is held against the program:')}`,
      `    ${text(escapeLines(check.reason ?? ''))}`,
      '',
    );
  }
  if (check.outcome === 'unstable') lines.push(`    ${text(check.reason ?? '')}`, '');
  for (const [index, finding] of check.findings.entries())
    lines.push(...renderFinding(doneIn, finding, index, page), '');
  for (const note of check.notes) lines.push(`    ${text(escapeControls(note))}`, '');
  if (check.timeline)
    lines.push(...renderPicture(check.timeline, page), ...renderTimeline(check, verbose, page), '');
  return lines.join('\n');
}

function renderFinding(
  timeline: Timeline | undefined,
  finding: Finding,
  index: number,
  { color, width }: Page,
): string[] {
  const row = (label: string, words: string, paint: (text: string) => string = (text) => text): string =>
    `    ${color.dim(label.padEnd(9))} ${paint(wrap(escapeLines(words), Math.min(width, widest), ' '.repeat(14)))}`;
  const done =
    timeline?.events.filter(({ kind }) => doings.has(kind)).map((event) => describeEvent(event).text) ?? [];
  return [
    ...(index === 0 && done.length > 0 ? [row('done', `We ${summed(done)}.`)] : []),
    row('claim', `${finding.claim}`, color.bold),
    row('expected', finding.expected),
    row('seen', finding.seen, color.red),
    row('why', finding.because),
    row('read on', finding.help),
  ];
}

const doings = new Set(['started', 'signal', 'request', 'message']);
const fewDoings = 6;

function summed(done: readonly string[]): string {
  const wanted = done.filter((text) => !text.includes('as "probe'));
  const shown = wanted.slice(0, fewDoings);
  const more = wanted.length - shown.length;
  return `${shown.join('; then ')}${more > 0 ? `; and ${more} more like these` : ''}`;
}

/** Without colour, and so for a screen reader or a file, the list of events says all of it. */
function renderPicture(timeline: Timeline, { color, width }: Page): string[] {
  if (color.level === 0) return [];
  const drawn = drawTimeline(timeline, { width: Math.min(width, widest) - 4, color });
  return [...drawn.map((line) => `    ${line}`), ''];
}

function renderTimeline(
  { timeline, findings }: CheckReport,
  verbose: boolean,
  { color, width }: Page,
): string[] {
  if (timeline === undefined) return [];
  const evidence = new Set(findings.flatMap((finding) => finding.evidence));
  return excerpt(timeline, evidence, verbose).map((entry) => {
    if (typeof entry === 'number') return color.dim(`              ... ${entry} more`);
    const event = timeline.events[entry.index];
    if (event === undefined) return '';
    const { teller, text } = describeEvent(event);
    const ours = teller === 'we' || teller === 'system';
    const side = ours ? (teller === 'we' ? '▸' : '■') : `${teller} │`;
    const head = `    ${`${Math.round(event.atMs)} ms`.padStart(9)} ${side.padStart(8)} `;
    const line = wrap(text, Math.min(width, widest), ' '.repeat(head.length));
    return evidence.has(entry.index)
      ? `${head}${color.red(line)}`
      : `${color.dim(head)}${ours ? color.cyan(line) : line}`;
  });
}

/** After the last of all exercises: each in one line. */
export function renderAll({ reports, without }: Graded, { color }: Page): string {
  const lines = reports.map((report) => {
    const counts = `${counted(report, 'core')}, ${counted(report, 'stretch')}`;
    const mark = report.passed ? color.green('✔ passed    ') : color.red('✘ not passed');
    return { exercise: report.exercise, text: `${mark}  ${report.exercise}  ${counts}` };
  });
  const missing = without.map((exercise) => ({
    exercise,
    text: `${color.yellow('○ no file   ')}  ${exercise}`,
  }));
  const all = [...lines, ...missing].sort((a, b) => (a.exercise < b.exercise ? -1 : 1));
  return ['', ...all.map(({ text }) => text)].join('\n');
}

function counted({ checks }: Report, tier: 'core' | 'stretch'): string {
  const ofTier = checks.filter((check) => check.tier === tier);
  return `${ofTier.filter(({ outcome }) => outcome === 'passed').length} of ${ofTier.length} ${tier} checks`;
}

function renderSum(report: Report, { color }: Page): string {
  const seconds = (report.durationMs / 1000).toFixed(1);
  const counts = `${counted(report, 'core')}, ${counted(report, 'stretch')}, in ${seconds} s`;
  if (report.passed) return color.green(`Passed: ${counts}.`);
  const trouble = report.checks.some(({ outcome }) => outcome === 'trouble')
    ? 'Something went wrong on our side, so this is no verdict.\n'
    : '';
  return `${color.red(`${trouble}Not passed: ${counts}.`)}\nThe same drawn values again: proc-course check ${report.exercise} --seed ${report.seed}`;
}

const escapeLines = (text: string): string => text.split('\n').map(escapeControls).join('\n');

function painter(outcome: Outcome, color: ChalkInstance): (text: string) => string {
  if (outcome === 'passed') return color.green;
  return outcome === 'failed' ? color.red : color.yellow;
}
