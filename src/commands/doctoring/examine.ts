import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { arch, availableParallelism, release, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Surroundings } from '../../cli/command.ts';
import { courseRoot } from '../../course/course.ts';
import { progressFileFor } from '../../progress/progress-file.ts';
import { firstFreePort } from '../../stage/free-port.ts';
import { openPace } from '../../stage/pace.ts';
import { processTable } from '../../stage/process-table.ts';
import { prepareProgram } from '../../workspace/prepare-program.ts';
import { whoReaps } from './who-reaps.ts';

/** One thing that was looked at. An obstacle keeps the course from working; a note is worth knowing. */
export interface DoctorFinding {
  readonly name: string;
  readonly state: 'fine' | 'note' | 'obstacle';
  readonly text: string;
  /** What to do about it, where there is something to do. */
  readonly advice?: string;
}

const oldestNode = [20, 19] as const;

/** Looks at everything that grading stands on; each is tried, not guessed. */
export async function examine(around: Surroundings): Promise<DoctorFinding[]> {
  const looks = [
    () => nodeVersion(process.versions.node),
    () => platform(process.platform),
    () => processTableIsReadable(),
    whoReaps,
    speed,
    port,
    () => writable('temp folder', tmpdir()),
    async () => writable('progress', dirname(await progressFileFor(around))),
    () => writable('this folder', around.cwd),
    typescript,
    () => terminal(around),
  ];
  const findings: DoctorFinding[] = [];
  for (const look of looks) {
    if (around.interrupted.aborted) break;
    findings.push(await look());
  }
  return findings;
}

export function nodeVersion(version: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOldEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const text = `Node ${version}, ${process.execPath}`;
  if (isOldEnough) return { name: 'Node', state: 'fine', text };
  return {
    name: 'Node',
    state: 'obstacle',
    text,
    advice: `The course needs Node ${oldestNode.join('.')} or newer.`,
  };
}

/** What the platform can deliver. Signals to another process are what the course is about. */
export function platform(name: NodeJS.Platform): DoctorFinding {
  const about = `${name} ${release()}, ${arch()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  if (name === 'win32') {
    return {
      name: 'platform',
      state: 'obstacle',
      text: `${about}. Windows cannot deliver POSIX signals to another process: a SIGTERM ends it at once, and no listener runs. Checks are skipped here, and none is failed.`,
      advice: 'Use the course in WSL, where everything works.',
    };
  }
  if (name === 'linux') return { name: 'platform', state: 'fine', text: about };
  return {
    name: 'platform',
    state: 'note',
    text: `${about}. The course is tested on Linux. Without /proc, a helper that takes its own session and clears its environment may outlive a check.`,
  };
}

function processTableIsReadable(): DoctorFinding {
  const own = processTable.readProcess(process.pid);
  const isRight = own !== undefined && own.ppid === process.ppid && own.rssMB > 0;
  return isRight
    ? { name: 'process table', state: 'fine', text: 'it can be read, memory and CPU time included' }
    : {
        name: 'process table',
        state: 'obstacle',
        text: 'it does not show this very process',
        advice: 'Mount /proc without hidepid, or run outside of the sandbox.',
      };
}

async function speed(): Promise<DoctorFinding> {
  const pace = openPace();
  await pace.measure();
  const times = pace.slowness.toFixed(1);
  return pace.slowness <= 2
    ? {
        name: 'speed',
        state: 'fine',
        text: `a bare Node starts quickly enough; waits are stretched ${times} times`,
      }
    : {
        name: 'speed',
        state: 'note',
        text: `the machine is slow or busy just now: every wait is stretched ${times} times`,
        advice: 'Figures of CPU and delay are judged best on a quiet machine.',
      };
}

async function port(): Promise<DoctorFinding> {
  const name = 'ports';
  try {
    const free = await firstFreePort(3_000);
    return { name, state: 'fine', text: `127.0.0.1 can be listened on, ${free} for one` };
  } catch (error) {
    const text = `no port of 127.0.0.1 can be listened on: ${(error as Error).message}`;
    return { name, state: 'obstacle', text, advice: 'Allow connections of this machine to itself.' };
  }
}

async function writable(name: string, folder: string): Promise<DoctorFinding> {
  try {
    // The folder itself may not be there yet; then it is the next one above it that has to allow it.
    const there = await nearestThere(folder);
    await access(there, constants.W_OK);
    if (there === folder) await rm(await mkdtemp(join(folder, '.proc-course-doctor-')), { recursive: true });
    return { name, state: 'fine', text: `${folder} can be written to` };
  } catch (error) {
    const state = name === 'this folder' ? 'note' : 'obstacle';
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { name, state, text: `${folder} cannot be written to: ${code}`, advice: adviceFor(name) };
  }
}

async function nearestThere(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : await nearestThere(parent);
  }
}

const adviceFor = (name: string): string =>
  ({
    'temp folder': 'Point TMPDIR to a folder that you may write to.',
    progress: 'Point PROC_COURSE_STATE_DIR to a folder that you may write to.',
  })[name] ?? 'proc-course init DIR makes a folder for the exercises.';

async function typescript(): Promise<DoctorFinding> {
  const name = 'TypeScript';
  const folder = await mkdtemp(join(tmpdir(), 'proc-course-doctor-'));
  try {
    const prepared = await prepareProgram(join(courseRoot, 'exercises', 'exercise-1.ts'), folder);
    if ('unreadable' in prepared) throw new Error(prepared.unreadable);
    return { name, state: 'fine', text: 'it is turned into JavaScript' };
  } catch (error) {
    const text = `it cannot be turned into JavaScript: ${(error as Error).message}`;
    return { name, state: 'note', text, advice: 'Install the package anew, or write in JavaScript.' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function terminal({ console, env }: Surroundings): DoctorFinding {
  const colours = console.color.level === 0 ? 'no colour' : 'colour';
  const kind = console.interactive
    ? `a terminal of ${console.width} columns`
    : 'no terminal, so nothing is asked';
  return { name: 'terminal', state: 'fine', text: `${kind}, ${colours}, TERM=${env.TERM ?? ''}` };
}
