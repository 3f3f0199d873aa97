import type { Example, Scene } from '../grading/lesson.ts';
import type { GradedProgram } from '../grading/play.ts';
import { escapeControls } from '../report/escape.ts';
import { openTheatre, type Theatre } from '../stage/stage.ts';
import { type PlayedScene, playScene } from './play-scene.ts';
import { tellAnswer, tellEvent, tellQuestion, type Voice } from './tell.ts';

/** One performance of an example: what is played, with which values, and where it is told. */
export interface Performance {
  readonly example: Example;
  readonly program: GradedProgram;
  readonly seed: number;
  /** Stretches every "soon", for machines that are known to be slow. */
  readonly timeScale: number;
  readonly voice: Voice;
  /** Called for each scene that was played to its end. */
  readonly onPlayed?: (scene: Scene, played: PlayedScene) => void;
}

/** Plays and tells one scene; resolves to whether all that it claims was seen. */
export type ShowScene = (scene: Scene) => Promise<boolean>;

/**
 * Opens a theatre for a performance and hands it to `perform`. When it resolves or rejects, nothing that was started
 * is alive; an interruption ends all programs at once.
 */
export async function onTheatre<T>(
  { timeScale }: Pick<Performance, 'timeScale'>,
  interrupted: AbortSignal,
  perform: (theatre: Theatre) => Promise<T>,
): Promise<T | undefined> {
  if (interrupted.aborted) return undefined;
  await using theatre = await openTheatre({ scale: timeScale });
  const stop = (): void => void theatre[Symbol.asyncDispose]();
  interrupted.addEventListener('abort', stop, { once: true });
  try {
    await theatre.pace.measure();
    return await perform(theatre);
  } catch (error) {
    // Plays that were cut short fail in many ways, of which none matters any more.
    if (!interrupted.aborted) throw error;
    return undefined;
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
}

/** The way to play a scene in this theatre and to tell it as it goes. */
export function showIn(
  theatre: Theatre,
  { example, program, seed, voice, onPlayed }: Performance,
  interrupted: AbortSignal,
): ShowScene {
  const forProgram = (program.argv ?? []).map(quoted).join(' ');
  const callFor = (number: number): string =>
    `proc-course run ${example.id} --scene ${number} --seed ${seed}${forProgram && ` -- ${forProgram}`}`;
  return async (scene) => {
    const number = example.scenes.indexOf(scene) + 1;
    tellQuestion(scene, { number, of: example.scenes.length, example }, voice);
    const played = await playScene(scene, {
      theatre,
      program,
      seed,
      onEvent: (event) => void (interrupted.aborted || tellEvent(event, voice)),
      onAgain: (reason) => voice.out(voice.color.yellow(`The scene begins anew: ${reason}`)),
    });
    if (interrupted.aborted) return false;
    tellAnswer(scene, played, { again: callFor(number) }, voice);
    onPlayed?.(scene, played);
    return played.judged.outcome === 'passed';
  };
}

/** Plays scenes one after another; resolves to how many of them showed all that they claim. */
export async function playScenes(
  performance: Performance,
  scenes: readonly Scene[],
  interrupted: AbortSignal,
): Promise<number> {
  const held = await onTheatre(performance, interrupted, async (theatre) => {
    const show = showIn(theatre, performance, interrupted);
    let count = 0;
    for (const scene of scenes) {
      if (interrupted.aborted) break;
      if (await show(scene)) count += 1;
    }
    return count;
  });
  return held ?? 0;
}

/** As a shell takes it for one word; a terminal is shown no control characters. */
const quoted = (word: string): string =>
  /^[\w./:=@%+-]+$/.test(word) ? word : `'${escapeControls(word).replaceAll("'", `'\\''`)}'`;
