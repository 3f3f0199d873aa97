import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TimelineLog } from '../timeline/log.ts';
import { startOf, theApp } from '../timeline/questions.ts';
import { App } from './app.ts';
import { type Guard, startGuard } from './guard-link.ts';
import { openPace, type Pace } from './pace.ts';
import { Program, type ProgramOptions } from './program.ts';
import { readFiles } from './read-files.ts';
import { removeFolder } from './remove-folder.ts';
import { sweep } from './sweep.ts';

/** A house with one guard and one pace, in which any number of stages are opened side by side. */
export interface Theatre extends AsyncDisposable {
  readonly pace: Pace;
  /** A folder of the run's own, removed with it. */
  readonly folder: string;
  openStage(): Promise<Stage>;
}

/** How a program is started on a stage; its folder and its name have defaults. */
export type StartOptions = Omit<ProgramOptions, 'app' | 'folder'> & { readonly app?: string };

/** Where one scenario is played: a folder of its own, one timeline, and the programs started for it. */
export interface Stage extends AsyncDisposable {
  readonly log: TimelineLog;
  readonly folder: string;
  /** Writes a file into the folder, whole or not at all, and a fact of the same name into the timeline. */
  write(file: string, text: string): Promise<void>;
  start(options: StartOptions): App;
  /**
   * Starts the file of the scenario's program once more, under another name, with its settings and these on top; one that
   * is undefined here is left unset.
   */
  startAgain(options: { app: string; settings?: Readonly<Record<string, string | number | undefined>> }): App;
  /** Writes into the timeline what lies in the folder that this setting of the program names, or has by default. */
  collect(setting: string, of?: string, unset?: { byDefault?: string }): Promise<void>;
  /** Ends every program that is still running; `because` completes "ended by us because ...". */
  end(because: string): Promise<void>;
}

/**
 * Opens the theatre. Whatever happens afterwards, a SIGKILL to this process included, no program that is started in
 * it outlives it by more than two seconds. `scale` stretches every "soon".
 */
export async function openTheatre({ scale = 1 }: { scale?: number } = {}): Promise<Theatre> {
  const token = `${randomBytes(9).toString('hex')}.`;
  // The folder first: where it cannot be had, no guard waits for an end that nobody will tell it.
  const folder = await mkdtemp(join(tmpdir(), 'proc-course-'));
  const guard = startGuard(token);
  const pace = openPace({ scale });
  guard.watchFolder(folder);
  const stages = new Set<Stage>();
  let opened = 0;
  let closed = false;
  return {
    pace,
    folder,
    async openStage() {
      if (closed) throw new Error('The theatre is closed.');
      opened += 1;
      const stage = await openStage({ token: `${token}${opened}.`, guard, pace, parent: folder });
      // Whoever closed the theatre while the stage's folder was being made could not see this stage yet.
      if (closed) {
        await stage[Symbol.asyncDispose]();
        throw new Error('The theatre is closed.');
      }
      stages.add(stage);
      return stage;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.allSettled([...stages].map((stage) => stage[Symbol.asyncDispose]()));
      await removeFolder(folder);
      await guard[Symbol.asyncDispose]();
    },
  };
}

async function openStage({
  token,
  guard,
  pace,
  parent,
}: {
  token: string;
  guard: Guard;
  pace: Pace;
  parent: string;
}): Promise<Stage> {
  const folder = await mkdtemp(join(parent, 'scenario-'));
  const log = new TimelineLog();
  const programs: Program[] = [];
  const apps: App[] = [];
  let first: StartOptions | undefined;
  let closed = false;
  const endAll = async (because: string): Promise<void> => {
    await Promise.all(programs.map((program) => program.end(because)));
  };
  const start = ({ app = theApp, ...options }: StartOptions): App => {
    // A play that is still under way when we are interrupted must not start anybody any more.
    if (closed) throw new Error('The stage is closed.');
    first ??= options;
    const surroundings = { log, guard, token: `${token}${programs.length + 1}.` };
    const program = new Program({ app, folder, ...options }, surroundings);
    programs.push(program);
    const started = new App(program, { log, pace });
    apps.push(started);
    return started;
  };
  return {
    log,
    folder,
    async write(file, text) {
      const path = join(folder, file);
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
      log.add({ kind: 'fact', name: file, value: text });
    },
    start,
    startAgain({ app, settings = {} }) {
      if (first === undefined) throw new Error('Nothing was started yet that could be started again.');
      const all = Object.entries({ ...first.settings, ...settings });
      const set = all.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
      return start({ ...first, app, settings: Object.fromEntries(set) });
    },
    async collect(setting, of = theApp, { byDefault } = {}) {
      const named = startOf(log.timeline(0), of)?.settings[setting] ?? byDefault;
      if (named === undefined) throw new Error(`The scenario sets no ${setting}.`);
      log.add({ kind: 'fact', name: `files of ${of}`, value: await readFiles(resolve(folder, named)) });
    },
    async end(because) {
      // Ours first: a request that we give up must not look like one that the program cut off.
      for (const app of apps) app.dropClients();
      await endAll(because);
    },
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      for (const app of apps) app.dropClients();
      await endAll('the scenario was over');
      const groups = programs.map((program) => program.pid);
      await sweep({ token, groups, folders: [folder], seen: new Map() });
      for (const group of groups) guard.forgetGroup(group);
      await removeFolder(folder);
    },
  };
}
