import type { Example } from '../grading/lesson.ts';
import { wrap } from '../report/columns.ts';
import type { Keys } from './keys.ts';
import { LiveProgram } from './live-program.ts';
import { onTheatre, type Performance, showIn } from './player.ts';
import { columnsOf, type Voice } from './tell.ts';

const signals = {
  t: 'SIGTERM',
  i: 'SIGINT',
  h: 'SIGHUP',
  u: 'SIGUSR2',
  k: 'SIGKILL',
} as const satisfies Record<string, NodeJS.Signals>;

const isSignalKey = (key: string): key is keyof typeof signals => Object.hasOwn(signals, key);

/** Gives the program into the learner's hands until they quit; resolves to whether all scenes that were played held. */
export async function takeOver(performance: Performance, keys: Keys): Promise<boolean> {
  const interrupted = keys.left;
  const held = await onTheatre(performance, interrupted, async (theatre) => {
    const { example, voice } = performance;
    const show = showIn(theatre, performance, interrupted);
    const program = new LiveProgram(theatre, performance);
    let played = 0;
    let allHeld = true;
    const playNext = async (): Promise<void> => {
      const scene = example.scenes[played % example.scenes.length];
      if (scene === undefined) return;
      await program.end('a scene is played');
      played += 1;
      if (!(await show(scene))) allHeld = false;
      if (interrupted.aborted) return;
      keys.forget();
      listKeys(example, voice);
      await program.start();
    };
    listKeys(example, voice);
    await program.start();
    for (;;) {
      const key = await keys.next();
      if (key === undefined || key === 'q' || interrupted.aborted) break;
      const request = example.requests.find((candidate) => candidate.key === key);
      if (isSignalKey(key)) program.signal(signals[key]);
      else if (request !== undefined) program.request(request);
      else if (key === 'r') await program.start();
      else if (key === 'n') await playNext();
      else listKeys(example, voice);
    }
    await program.end('you left');
    return allHeld;
  });
  return held ?? false;
}

function listKeys({ requests }: Example, voice: Voice): void {
  const { color } = voice;
  const list = (entries: readonly (readonly [string, string])[]): string => {
    const plain = entries.map(([key, meaning]) => `${key} ${meaning}`.replaceAll(' ', '\u00a0')).join('  ');
    return wrap(plain, columnsOf(voice), '      ').replaceAll('\u00a0', ' ');
  };
  const asked = requests.map(({ key, method, path }) => [key, `${method} ${path}`] as const);
  voice.out();
  voice.out(
    color.dim(
      `keys  ${list([
        ...Object.entries(signals).map(([key, signal]) => [key, signal.slice('SIG'.length)] as const),
        ['r', 'restart'],
        ['n', 'next scene'],
        ['q', 'quit'],
      ])}`,
    ),
  );
  if (asked.length > 0) voice.out(color.dim(`      ${list(asked)}`));
  voice.out();
}
