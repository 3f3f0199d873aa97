import { stdin } from 'node:process';
import { emitKeypressEvents, type Key } from 'node:readline';

/** Single keys of a person at a terminal. The terminal is given back as it was when this is disposed of. */
export interface Keys extends Disposable {
  /** Resolves to the next key, or to undefined once the person has left. */
  next(): Promise<string | undefined>;
  /** Forgets what was pressed and not yet read. */
  forget(): void;
  /** Aborts at Ctrl-C, where the terminal is gone, and where the tool is interrupted otherwise. */
  readonly left: AbortSignal;
}

/** Takes the terminal into raw mode, in which Ctrl-C is a key like any other and sends no signal. */
export function openKeys(interrupted: AbortSignal): Keys {
  const leaving = new AbortController();
  let waiting: ((key: string | undefined) => void) | undefined;
  let pressed: string[] = [];
  const leave = (): void => leaving.abort();
  const take = (text: string | undefined, key: Key): void => {
    if (key.ctrl && key.name === 'c') {
      leave();
      return;
    }
    const name = text ?? key.name ?? '';
    if (waiting === undefined) pressed.push(name);
    else waiting(name);
    waiting = undefined;
  };
  leaving.signal.addEventListener('abort', () => waiting?.(undefined));
  interrupted.addEventListener('abort', leave);
  if (interrupted.aborted) leave();
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.on('keypress', take).on('end', leave).on('error', leave).resume();
  return {
    left: leaving.signal,
    next: () =>
      new Promise((resolve) => {
        const early = pressed.shift();
        if (leaving.signal.aborted) resolve(undefined);
        else if (early !== undefined) resolve(early);
        else waiting = resolve;
      }),
    forget: () => {
      pressed = [];
    },
    [Symbol.dispose]() {
      interrupted.removeEventListener('abort', leave);
      stdin.off('keypress', take).off('end', leave).off('error', leave).pause();
      stdin.setRawMode(false);
    },
  };
}
