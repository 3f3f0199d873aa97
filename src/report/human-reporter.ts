import { renderAll, renderCheck, renderHead, renderVerdict } from './human.ts';
import type { Reporter, ReporterPlace } from './reporters.ts';

/** The form for people: each check as soon as it is known, then the failures in full. */
export const humanReporter = ({ page, verbose }: ReporterPlace): Reporter => ({
  begin: (about) => renderHead(about, page),
  check: (check) => renderCheck(check, page),
  end: (report) => renderVerdict(report, { verbose }, page),
  finish: (graded) => (graded.scope === 'all' ? renderAll(graded, page) : undefined),
});
