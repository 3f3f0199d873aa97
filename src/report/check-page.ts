import { renderPage } from './html-page.ts';
import { plainFindings } from './plain-finding.ts';
import type { Graded } from './report.ts';

/** All checks of a run as one page with a picture for each. */
export function renderCheckPage({ reports }: Graded): string {
  const sections = reports.flatMap(({ exercise, checks }) =>
    checks.map((check) => ({
      id: `${exercise}-${check.id}`,
      heading: `${exercise}, point ${check.point}: ${check.title}`,
      outcome: check.outcome,
      texts: check.outcome === 'passed' ? [] : plainFindings(check).split('\n\n').filter(Boolean),
      timelines: check.timeline === undefined ? [] : [{ name: check.id, timeline: check.timeline }],
    })),
  );
  const title = reports.map(({ exercise }) => exercise).join(', ');
  const subtitle = reports
    .map(
      ({ exercise, passed, seed, file }) =>
        `${exercise}: ${passed ? 'passed' : 'not passed'}, ${file}, seed ${seed}`,
    )
    .join('. ');
  return renderPage({ title, subtitle, sections });
}
