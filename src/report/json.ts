import type { Graded, Report } from './report.ts';
import type { Reporter, ReporterPlace } from './reporters.ts';

/** The report as one JSON document. Timelines are long, so they are left out unless `verbose`. */
export const renderJson = (report: Report, how: { verbose: boolean }): string =>
  JSON.stringify(documentOf(report, how), null, 2);

/** One document for one exercise, and one for all of them where all were asked for. */
export const jsonReporter = ({ verbose }: ReporterPlace): Reporter => ({
  finish: ({ scope, passed, reports, without }: Graded) => {
    const documents = reports.map((report) => documentOf(report, { verbose }));
    const whole = scope === 'all' ? { schema: 1, passed, exercises: documents, without } : documents[0];
    return JSON.stringify(whole, null, 2);
  },
});

function documentOf(report: Report, { verbose }: { verbose: boolean }): Report {
  const checks = verbose ? report.checks : report.checks.map(({ timeline: _, ...check }) => check);
  return { ...report, checks };
}
