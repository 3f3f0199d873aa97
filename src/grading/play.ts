import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../stage/app.ts';
import { firstFreePort } from '../stage/free-port.ts';
import { Milestone } from '../stage/milestone.ts';
import type { Theatre } from '../stage/stage.ts';
import type { Timeline, TimelineEvent } from '../timeline/events.ts';
import { drawFrom } from './draw.ts';
import type { Settings, Stimulus } from './words.ts';

/** The program that is graded, as plain JavaScript. */
export interface GradedProgram {
  readonly file: string;
  readonly nodeFlags: readonly string[];
  /** Arguments for the program itself. */
  readonly argv?: readonly string[];
}

export interface PlayOptions {
  readonly theatre: Theatre;
  readonly program: GradedProgram;
  readonly seed: number;
  /** How often it was played before because it was over too soon; each time what must last lasts longer. */
  readonly attempt: number;
  /** Called when the program has printed a line or sent a message, or is over, so that the next one may be started. */
  readonly onBegun?: () => void;
  /** Called for each event as it is seen. */
  readonly onEvent?: (event: TimelineEvent) => void;
  /** By how much drawn spans are stretched, where two plays are to have the same; the pace of the moment without it. */
  readonly stretch?: number;
  /** What the scenario is given in the place of each of its apps, for whoever wants a say before each act. */
  readonly standIn?: (app: App) => App;
}

// What must last beyond a "soon" gets this much more, for the way there and back: on a machine with a load of 20 a
// core, half a second was too little.
const marginMs = 1_500;

/**
 * Plays a stimulus once in a fresh process and a fresh folder, ends everything, and gives back all that was seen.
 * A missed milestone is part of the timeline; every other error of the play is thrown.
 */
export async function playOnce(
  plan: Stimulus,
  { theatre, program, seed, attempt, stretch, onBegun, onEvent, standIn }: PlayOptions,
): Promise<Timeline> {
  const { pace } = theatre;
  await using stage = await theatre.openStage();
  const { log } = stage;
  const wide = (ms: number): number => ms * (stretch ?? pace.slowness) * 2 ** attempt;
  const lasting = (ms: number): number =>
    attempt === 0 ? wide(ms) : Math.max(wide(ms), pace.soonMs + marginMs);
  const draw = drawFrom(seed, plan.id, lasting, wide);
  const stopListening = log.onEvent(({ kind }) => {
    if (kind !== 'line' && kind !== 'message' && kind !== 'ended') return;
    stopListening();
    onBegun?.();
  });
  if (onEvent !== undefined) log.onEvent(onEvent);
  for (const name of plan.folders ?? []) await mkdir(join(stage.folder, name), { recursive: true });
  for (const [file, text] of Object.entries(plan.files?.(draw) ?? {})) await stage.write(file, text);
  const settings = asText({ PORT: 0, ...plan.settings?.(draw, stage.folder) });
  // A port of our choice may be somebody else's by now, and that is not the program's fault.
  if (settings.PORT !== '0') settings.PORT = String(await firstFreePort(Number(settings.PORT)));
  const app = stage.start({
    ...program,
    settings,
    ipc: plan.ipc === true,
    ...(plan.afterExit === undefined ? {} : { afterExit: plan.afterExit }),
  });
  let because = 'the scenario was over';
  try {
    await (standIn === undefined
      ? plan.play(app, draw, stage)
      : plan.play(standIn(app), draw, {
          ...stage,
          startAgain: (options) => standIn(stage.startAgain(options)),
        }));
  } catch (error) {
    if (!(error instanceof Milestone)) throw error;
    const { milestone, message: text, onTime } = error;
    because = text;
    log.add({ kind: 'milestone-missed', milestone, text, onTime });
  }
  await stage.end(because);
  return log.timeline(pace.soonMs);
}

const asText = (settings: Settings): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
