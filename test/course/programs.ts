import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export const exercises = readdirSync(join(root, 'exercises'))
  .filter((name) => /^exercise-\d+\.md$/.test(name))
  .map((name) => basename(name, '.md'))
  .sort();

const isProgram = (name: string): boolean => /\.[cm]?[jt]s$/.test(name);

/** Absolute paths of the programs in one room of an exercise, such as `solutions/exercise-1`. */
export const programsIn = (...place: string[]): string[] =>
  readdirSync(join(root, ...place))
    .filter(isProgram)
    .sort()
    .map((name) => join(root, ...place, name));

export interface Checked {
  readonly code: number;
  readonly stdout: string;
  readonly report: {
    readonly passed: boolean;
    readonly seed: number;
    readonly checks: readonly {
      readonly id: string;
      readonly point: number;
      readonly tier: 'core' | 'stretch';
      readonly outcome: string;
      readonly reason?: string;
      readonly follows?: string;
      readonly findings: readonly { readonly claim: string; readonly seen: string }[];
    }[];
  };
}

/** Grades a program with the real binary, in a folder and with a state of its own. */
export async function checkProgram(exercise: string, file: string, ...more: string[]): Promise<Checked> {
  const state = mkdtempSync(join(tmpdir(), 'course-test-'));
  try {
    return await new Promise((resolve, reject) => {
      const argv = [
        join(root, 'bin', 'proc-course.js'),
        'check',
        exercise,
        '--file',
        file,
        '--json',
        ...more,
      ];
      const env = { ...process.env, PROC_COURSE_STATE_DIR: state };
      execFile(process.execPath, argv, { cwd: state, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
        try {
          resolve({ code, stdout, report: JSON.parse(stdout) });
        } catch {
          reject(
            new Error(
              `exit code ${code}, stdout ${JSON.stringify(stdout.slice(0, 500))}, stderr ${stderr.slice(0, 2000)}`,
            ),
          );
        }
      });
    });
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** The ids of all checks with this outcome, but for those that only follow from another. */
export const withOutcome = ({ report }: Checked, outcome: string): string[] =>
  report.checks
    .filter((check) => check.outcome === outcome && check.follows === undefined)
    .map(({ id }) => id);

/** What a wrong answer's first lines say of it. */
export function declaredMistake(file: string): { mistake: string; breaks: string[]; moot: string[] } {
  const head = readFileSync(file, 'utf8').split('\n').slice(0, 6);
  const field = (name: string): string | undefined =>
    head.find((line) => line.startsWith(`// ${name}: `))?.slice(name.length + 5);
  const list = (text = ''): string[] =>
    text
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean)
      .sort();
  return { mistake: field('mistake') ?? '', breaks: list(field('breaks')), moot: list(field('moot')) };
}
