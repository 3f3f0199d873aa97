import { connect, type Socket } from 'node:net';
import type { TimelineLog } from '../timeline/log.ts';

/** Raw TCP connections to one program, for clients that send half a request or nothing at all. */
export class Connections {
  readonly #log: TimelineLog;
  readonly #open = new Set<Socket>();

  constructor(log: TimelineLog) {
    this.#log = log;
  }

  /** Opens a connection and sends `text`, if any. Resolves to whether it was opened; its closing is written down later. */
  open(port: number, { as: name, text = '' }: { as: string; text?: string }): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      let opened = false;
      this.#open.add(socket);
      socket.once('connect', () => {
        opened = true;
        this.#log.add({ kind: 'connection', name, state: 'open' });
        if (text === '') resolve(true);
        else socket.write(text, () => resolve(true));
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code ?? error.message;
        if (!opened)
          this.#log.add({
            kind: 'connection',
            name,
            state: code === 'ECONNREFUSED' ? 'refused' : 'failed',
            code,
          });
      });
      socket.once('close', () => {
        this.#open.delete(socket);
        if (opened) this.#log.add({ kind: 'connection', name, state: 'closed' });
        resolve(opened);
      });
      // Read and dropped, so that the other end's close is seen.
      socket.resume();
    });
  }

  giveUp(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** Tries once whether the port takes a connection, and closes it at once. */
export function tryConnection(port: number): Promise<'open' | 'refused' | 'failed'> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'failed'),
    );
  });
}
