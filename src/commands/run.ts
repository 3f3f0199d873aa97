import { type Command, Interrupted, type Surroundings, UsageError } from '../cli/command.ts';
import { type ExitCode, exitCode } from '../cli/exit-code.ts';
import { readTimeScale } from '../cli/time-scale.ts';
import type { Example, Lesson, Scene } from '../grading/lesson.ts';
import type { Performance } from '../player/player.ts';
import type { SeenScene } from '../player/run-page.ts';
import type { PageTarget } from './writing/write-page.ts';

interface Options {
  readonly auto?: boolean;
  readonly scene?: string;
  readonly seed?: string;
  readonly html?: string;
}

const largestSeed = 2 ** 31;

export const run: Command<Options> = {
  name: 'run',
  summary: 'Play an example: real signals to a real process, and what it says',
  positional: [{ flag: '<example>', summary: 'its id, or a part of it: 02-graceful-shutdown, 02, graceful' }],
  options: [
    { flag: '--auto', summary: 'play all scenes by themselves, on a terminal as well' },
    { flag: '--scene <number>', summary: 'play this scene only' },
    { flag: '--seed <number>', summary: 'replay the values that were drawn in an earlier run' },
    { flag: '--html <file>', summary: 'write a page with the timelines of all scenes that were played' },
  ],
  examples: [
    'proc-course run 02-graceful-shutdown',
    'proc-course run 01 --auto',
    'proc-course run 02 --scene 5',
    'proc-course run 02 --auto --html timeline.html',
    'proc-course run 01 -- --name worker-7',
  ],
  async run({ positional: [typed = ''], rest, options }, around) {
    const { example, file } = await findExample(typed);
    const scenes = chooseScenes(example, options.scene);
    const seen: SeenScene[] = [];
    const performance: Performance = {
      example,
      program: { file, nodeFlags: [], argv: rest },
      seed: await chooseSeed(example, options.seed),
      timeScale: readTimeScale(around.env),
      voice: around.console,
      onPlayed: (scene, played) => seen.push({ scene, ...played }),
    };
    const page = options.html === undefined ? undefined : await pageOf(example, options.html, around);
    const { tellExample } = await import('../player/tell.ts');
    tellExample(example, file, around.console);
    const alone = options.auto === true || options.scene !== undefined || !around.console.interactive;
    try {
      return alone ? await playAlone(performance, scenes, around) : await handOver(performance, around);
    } finally {
      const held = seen.filter(({ judged }) => judged.outcome === 'passed');
      await remember(
        example,
        held.map(({ scene }) => scene.id),
        around,
      );
      if (page !== undefined) await writeRunPage(example, seen, page, around);
    }
  },
};

/** What was played before an interruption is on the page, too. */
async function writeRunPage(
  example: Example,
  seen: readonly SeenScene[],
  page: PageTarget,
  { console }: Surroundings,
): Promise<void> {
  if (seen.length === 0) {
    console.err(`No scene was played to its end, so that ${page.name} was not written.`);
    return;
  }
  const [{ writePage }, { renderRunPage }] = await Promise.all([
    import('./writing/write-page.ts'),
    import('../player/run-page.ts'),
  ]);
  await writePage(renderRunPage(example, seen), page);
  console.err(`The timelines are in ${page.name}.`);
}

/** Where the page is to be; a place that cannot be written is told before anything is played. */
async function pageOf({ id }: Example, name: string, { cwd }: Surroundings): Promise<PageTarget> {
  const { findPagePlace } = await import('./writing/write-page.ts');
  return await findPagePlace({ name, cwd, next: `proc-course run ${id} --html timeline.html` });
}

/** Scenes that were seen count, those before an interruption too. */
async function remember({ id }: Example, scenes: readonly string[], around: Surroundings): Promise<void> {
  if (scenes.length === 0) return;
  const [{ record }, { withScenes }] = await Promise.all([
    import('./recording/record.ts'),
    import('../progress/progress.ts'),
  ]);
  await record((before) => withScenes(before, id, scenes), around);
}

async function playAlone(
  performance: Performance,
  scenes: readonly Scene[],
  { console, interrupted }: Surroundings,
): Promise<ExitCode> {
  const { playScenes } = await import('../player/player.ts');
  const held = await playScenes(performance, scenes, interrupted);
  if (interrupted.aborted) throw new Interrupted();
  console.out();
  const all = held === scenes.length;
  const sum = `${held} of ${scenes.length} scenes showed what they claim`;
  console.out(all ? console.color.green(`${sum}.`) : console.color.red(`Only ${sum}.`));
  return all ? exitCode.passed : exitCode.notPassed;
}

async function handOver(performance: Performance, { interrupted }: Surroundings): Promise<ExitCode> {
  const [{ openKeys }, { takeOver }] = await Promise.all([
    import('../player/keys.ts'),
    import('../player/take-over.ts'),
  ]);
  using keys = openKeys(interrupted);
  const held = await takeOver(performance, keys);
  if (keys.left.aborted) throw new Interrupted();
  return held ? exitCode.passed : exitCode.notPassed;
}

async function findExample(typed: string): Promise<{ example: Example; file: string }> {
  const [{ join }, { courseRoot, listLessonIds, loadLesson }, { findById, nearest }] = await Promise.all([
    import('node:path'),
    import('../course/course.ts'),
    import('../course/near-misses.ts'),
  ]);
  const loaded = await Promise.all(
    listLessonIds().map(async (id) => ({ id, lesson: (await loadLesson(id)) as Lesson })),
  );
  const entries = loaded.flatMap(({ id, lesson }) =>
    lesson.examples.map((example) => ({
      example,
      file: join(courseRoot, 'lessons', id, `${example.id}.js`),
    })),
  );
  const ids = entries.map(({ example }) => example.id);
  const id = findById(typed, ids);
  const found = entries.find(({ example }) => example.id === id);
  if (found !== undefined) return found;
  const near = nearest(typed, ids);
  throw new UsageError(
    `There is no example "${typed}". The nearest: ${near.join(', ')}.`,
    `proc-course run ${near[0]}`,
  );
}

function chooseScenes({ id, scenes }: Example, wanted: string | undefined): readonly Scene[] {
  if (wanted === undefined) return scenes;
  const scene = /^\d+$/.test(wanted) ? scenes[Number(wanted) - 1] : undefined;
  if (scene !== undefined) return [scene];
  throw new UsageError(
    `There is no scene "${wanted}": ${id} has the scenes 1 to ${scenes.length}.`,
    `proc-course run ${id} --scene 1`,
  );
}

async function chooseSeed({ id }: Example, text: string | undefined): Promise<number> {
  const { randomInt } = await import('node:crypto');
  if (text === undefined) return randomInt(largestSeed);
  if (/^\d+$/.test(text) && Number(text) < largestSeed) return Number(text);
  throw new UsageError(
    `"${text}" is no seed: a whole number below ${largestSeed} is needed.`,
    `proc-course run ${id} --seed 1`,
  );
}
