import type { Page } from './human.ts';
import type { CheckReport, Graded, Report } from './report.ts';

/** What is known of an exercise before its first check. */
export interface Beginning {
  readonly exercise: string;
  readonly title: string;
  /** As it is shown: relative where that is shorter. */
  readonly file: string;
  readonly seed: number;
}

/** A form in which grading is told. Each method gives the text that is printed then. */
export interface Reporter {
  begin?(about: Beginning): string;
  check?(check: CheckReport): string;
  end?(report: Report): string;
  /** After the last exercise. */
  finish?(graded: Graded): string | undefined | Promise<string | undefined>;
}

/** What a reporter needs to know of where it is read. */
export interface ReporterPlace {
  readonly page: Page;
  readonly verbose: boolean;
  /** The folder that paths are told from. */
  readonly cwd: string;
}

/** Every form by the name that `--reporter` takes; each is loaded when it is asked for. */
const forms = {
  human: async () => (await import('./human-reporter.ts')).humanReporter,
  json: async () => (await import('./json.ts')).jsonReporter,
  junit: async () => (await import('./junit.ts')).junitReporter,
  tap: async () => (await import('./tap.ts')).tapReporter,
  github: async () => (await import('./github.ts')).githubReporter,
} satisfies Record<string, () => Promise<(place: ReporterPlace) => Reporter>>;

export type ReporterName = keyof typeof forms;

export const reporterNames = Object.keys(forms) as ReporterName[];

export const openReporter = async (name: ReporterName, place: ReporterPlace): Promise<Reporter> =>
  (await forms[name]())(place);
