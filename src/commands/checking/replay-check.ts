import { type Surroundings, UsageError } from '../../cli/command.ts';
import { judgePlay } from '../../grading/judge.ts';
import { type GradedProgram, playOnce } from '../../grading/play.ts';
import { type Keys, openKeys } from '../../player/keys.ts';
import { takesSteps } from '../../player/stepping.ts';
import { tellEvent, tellTimeline } from '../../player/tell.ts';
import { wrap } from '../../report/columns.ts';
import { OverTooSoon } from '../../stage/milestone.ts';
import { openTheatre, type Theatre } from '../../stage/stage.ts';
import { prepareProgram } from '../../workspace/prepare-program.ts';
import type { ReplayOptions } from '../replay.ts';
import type { FoundCheck } from './find-check.ts';
import { type CheckPlan, planCheck } from './plan.ts';

// A person takes seconds between two keys, where the check takes milliseconds.
const slowlyOnATerminal = 20;

/** Plays one check step by step; resolves to whether all that it claims held, or to undefined where the learner left. */
export async function replayCheck(
  { exercise, scenario }: FoundCheck,
  options: ReplayOptions,
  around: Surroundings,
): Promise<boolean | undefined> {
  const { console, interrupted } = around;
  const plan = await planCheck(exercise, { ...options, only: scenario.id }, around);
  const slowly = readFactor(options.slowly, console.interactive);
  using keys = console.interactive ? openKeys(interrupted) : undefined;
  const left = keys?.left ?? interrupted;
  await using theatre = await openTheatre({ scale: plan.timeScale * slowly });
  const stop = (): void => void theatre[Symbol.asyncDispose]();
  left.addEventListener('abort', stop, { once: true });
  try {
    const prepared = await prepareProgram(plan.file, theatre.folder);
    if ('unreadable' in prepared)
      throw new UsageError(
        `The file cannot be read: ${prepared.unreadable}`,
        `proc-course check ${exercise}`,
      );
    console.out(console.color.bold(`${exercise}/${scenario.id}: ${scenario.title}`));
    console.out(console.color.dim(`${plan.file}, seed ${plan.seed}`));
    if (keys)
      console.out(console.color.dim('any key takes the next step, a takes all the rest, Ctrl-C leaves'));
    console.out();
    return await playSteps(plan, { theatre, program: prepared, keys }, around);
  } catch (error) {
    if (!left.aborted) throw error;
    return undefined;
  } finally {
    left.removeEventListener('abort', stop);
  }
}

interface Steps {
  readonly theatre: Theatre;
  readonly program: GradedProgram;
  readonly keys: Keys | undefined;
}

async function playSteps(
  { seed, scenarios: [scenario] }: CheckPlan,
  { theatre, program, keys }: Steps,
  { console }: Surroundings,
): Promise<boolean | undefined> {
  if (scenario === undefined) return undefined;
  let alone = keys === undefined;
  const beforeStep = async (step: string): Promise<void> => {
    if (alone || keys === undefined) return;
    console.out(console.color.yellow(`next: ${step}`));
    alone = (await keys.next()) === 'a';
  };
  try {
    const timeline = await playOnce(scenario, {
      theatre,
      program,
      seed,
      attempt: 0,
      onEvent: (event) => void (keys?.left.aborted || tellEvent(event, console)),
      standIn: takesSteps(beforeStep),
    });
    if (keys?.left.aborted) return undefined;
    const { outcome, findings, missing } = judgePlay(scenario.expect, timeline);
    tellTimeline(timeline, console);
    console.out();
    if (outcome === 'passed') console.out(console.color.green('All that the check claims was seen.'));
    for (const { claim, expected, seen } of findings) {
      console.out(console.color.red(wrap(`✘ ${claim}`, console.width, '  ')));
      console.out(`  ${wrap(`expected: ${expected}`, console.width, '  ')}`);
      console.out(`  ${wrap(`seen: ${seen}`, console.width, '  ')}`);
    }
    if (outcome === 'moot') console.out(console.color.yellow(`Not judged, because ${missing}.`));
    return outcome === 'passed';
  } catch (error) {
    if (!(error instanceof OverTooSoon)) throw error;
    console.out(
      console.color.yellow(`${error.message} Take the steps faster, or stretch them with --slowly.`),
    );
    return false;
  }
}

function readFactor(text: string | undefined, interactive: boolean): number {
  if (text === undefined) return interactive ? slowlyOnATerminal : 1;
  const factor = Number(text);
  if (factor >= 1 && factor <= 1_000) return factor;
  throw new UsageError(
    `--slowly is "${text}", and has to be a number from 1 to 1000.`,
    'proc-course replay --help',
  );
}
