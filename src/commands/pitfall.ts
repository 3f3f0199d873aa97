import { type Command, Interrupted, type Surroundings, UsageError } from '../cli/command.ts';
import { type ExitCode, exitCode } from '../cli/exit-code.ts';
import type { PageTarget } from './writing/write-page.ts';

interface Options {
  readonly code?: boolean;
  readonly html?: string;
}

export const pitfall: Command<Options> = {
  name: 'pitfall',
  summary: 'Meet a common mistake: a wrong and a right program, the same stimulus, side by side',
  positional: [{ flag: '[number]', summary: 'its number, its id, or a part of it' }],
  options: [
    { flag: '--code', summary: 'show the source of both programs as well' },
    { flag: '--html <file>', summary: 'write a page with both timelines, to zoom and to send' },
  ],
  examples: [
    'proc-course pitfall',
    'proc-course pitfall 2',
    'proc-course pitfall 2 --code',
    'proc-course pitfall 2 --html timeline.html',
  ],
  async run({ positional: [typed], options }, around) {
    const { loadCatalogue } = await import('./finding/catalogue.ts');
    const { pitfalls } = await loadCatalogue();
    if (typed === undefined) {
      if (options.html === undefined) return listPitfalls(pitfalls, around);
      throw new UsageError(
        '--html belongs to one pitfall, and none is named.',
        `proc-course pitfall 1 --html ${options.html}`,
      );
    }
    const { idFor } = await import('./finding/by-id.ts');
    const id = idFor(
      typed,
      pitfalls.map((one) => one.pitfall.id),
      { kind: 'pitfall', next: (near) => `proc-course pitfall ${near}` },
    );
    const found = pitfalls.find((one) => one.pitfall.id === id);
    if (found === undefined) throw new Error(`The pitfall ${id} was found and is not there.`);
    return await meet(found, { withCode: options.code === true, html: options.html }, around);
  },
};

type Found = import('./finding/catalogue.ts').FoundPitfall;

function listPitfalls(pitfalls: readonly Found[], { console }: Surroundings): ExitCode {
  const { color } = console;
  for (const { number, pitfall, topic, topicTitle } of pitfalls) {
    console.out(`${color.bold(String(number).padStart(2))}  ${pitfall.title}`);
    console.out(color.dim(`    ${topic.slice(0, 2)} ${topicTitle}`));
  }
  console.out();
  console.out(`Meet one:  ${color.cyan(`proc-course pitfall ${pitfalls[0]?.number ?? 1}`)}`);
  return exitCode.passed;
}

/** Plays both programs, tells what differed, and says by the exit code whether both showed what is claimed. */
async function meet(
  { pitfall, files, topic }: Found,
  { withCode, html }: { withCode: boolean; html: string | undefined },
  around: Surroundings,
): Promise<ExitCode> {
  const [{ readTimeScale }, { onTheatre }, { isAsClaimed, playPitfall }, tell, { randomInt }] =
    await Promise.all([
      import('../cli/time-scale.ts'),
      import('../player/player.ts'),
      import('../player/play-pitfall.ts'),
      import('../player/tell-pitfall.ts'),
      import('node:crypto'),
    ]);
  const { console, env, interrupted } = around;
  const timeScale = readTimeScale(env);
  const page = html === undefined ? undefined : await pageOf(pitfall.id, html, around);
  tell.tellPitfall(pitfall, console);
  if (withCode) await tell.tellSources(files, console);
  const played = await onTheatre({ timeScale }, interrupted, (theatre) =>
    playPitfall(pitfall, {
      theatre,
      files,
      seed: randomInt(2 ** 31),
      onSide: (side) => tell.tellPlaying(side, console),
    }),
  );
  if (played === undefined || interrupted.aborted) throw new Interrupted();
  tell.tellDifference(pitfall, played, console);
  tell.tellWhereToGo(pitfall, { topic, withCode }, console);
  if (page !== undefined) {
    const [{ writePage }, { renderPitfallPage }] = await Promise.all([
      import('./writing/write-page.ts'),
      import('../player/pitfall-page.ts'),
    ]);
    await writePage(renderPitfallPage(pitfall, played), page);
    console.err(`The timelines are in ${page.name}.`);
  }
  return isAsClaimed(played) ? exitCode.passed : exitCode.notPassed;
}

/** Where the page is to be; a place that cannot be written is told before anything is played. */
async function pageOf(id: string, name: string, { cwd }: Surroundings): Promise<PageTarget> {
  const { findPagePlace } = await import('./writing/write-page.ts');
  const next = `proc-course pitfall ${Number.parseInt(id, 10)} --html timeline.html`;
  return await findPagePlace({ name, cwd, next });
}
