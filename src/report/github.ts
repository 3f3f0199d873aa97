import { relative } from 'node:path';
import { humanReporter } from './human-reporter.ts';
import { firstWords, plainFindings } from './plain-finding.ts';
import type { CheckReport, Report } from './report.ts';
import type { Reporter, ReporterPlace } from './reporters.ts';

/** For GitHub Actions: what people read, in a group for each exercise, then an annotation for what did not pass. */
export function githubReporter(place: ReporterPlace): Reporter {
  const human = humanReporter(place);
  return {
    begin: (about) => `::group::${escapeData(about.exercise)}\n${human.begin?.(about)}`,
    check: (check) => human.check?.(check) ?? '',
    end: (report) => [human.end?.(report), '::endgroup::', ...annotationsOf(report, place.cwd)].join('\n'),
    finish: async (graded) =>
      [
        ...graded.without.map((exercise) => `::error title=${exercise}::There is no file for ${exercise}.`),
        (await human.finish?.(graded)) ?? [],
      ]
        .flat()
        .join('\n') || undefined,
  };
}

const annotationsOf = ({ exercise, file, checks }: Report, cwd: string): string[] =>
  checks
    .filter(({ outcome, follows }) => outcome !== 'passed' && follows === undefined)
    .map((check) => {
      const title = escapeProperty(`${exercise} ${check.id}: ${firstWords(check)}`);
      const place = escapeProperty(relative(cwd, file));
      return `::${levelOf(check)} file=${place},line=1,title=${title}::${escapeData(plainFindings(check))}`;
    });

const levelOf = ({ tier, outcome, skipped }: CheckReport): 'error' | 'warning' | 'notice' =>
  tier === 'stretch' || skipped
    ? 'notice'
    : outcome === 'unstable' || outcome === 'trouble'
      ? 'warning'
      : 'error';

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
