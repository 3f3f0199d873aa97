import type { Report } from './report.ts';

/** The report as one JSON document. Timelines are long, so they are left out unless `verbose`. */
export function renderJson(report: Report, { verbose }: { verbose: boolean }): string {
  const checks = verbose ? report.checks : report.checks.map(({ timeline: _, ...check }) => check);
  return JSON.stringify({ ...report, checks }, null, 2);
}
