import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { limits } from './limits.ts';

/** The environment that makes a Node process take descriptor 3 for its IPC channel, as `fork` would. */
export const channelEnvironment = { NODE_CHANNEL_FD: '3', NODE_CHANNEL_SERIALIZATION_MODE: 'json' } as const;

interface Listeners {
  onMessage(message: unknown): void;
  /** Something came that is no message; `fork`'s own channel would throw it into our process. */
  onNonsense(text: string): void;
  onClosed(): void;
}

// Longer than any message of the course, and short enough to keep.
const longestMessage = 4 * 1024 * 1024;

/** Our end of a program's IPC channel: JSON, a message a line. Reads it ourselves, so that nothing in it can harm us. */
export class Channel {
  readonly #pipe: Duplex;
  readonly #listeners: Listeners;
  readonly #decoder = new StringDecoder('utf8');
  #unfinished = '';
  #received = 0;

  constructor(pipe: Duplex, listeners: Listeners) {
    this.#pipe = pipe;
    this.#listeners = listeners;
    forgetFailedWrites(pipe);
    pipe.on('data', (chunk: Buffer) => this.#take(this.#decoder.write(chunk)));
    pipe.once('end', () => pipe.end());
    pipe.once('close', () => listeners.onClosed());
    // A reset is told by the close that follows it.
    pipe.on('error', () => {});
  }

  /** Sends a message; on a channel that is closed it goes nowhere. */
  send(message: unknown): void {
    const text = JSON.stringify(message);
    if (text !== undefined && this.#pipe.writable) this.#pipe.write(`${text}\n`);
  }

  close(): void {
    this.#pipe.end(() => this.#pipe.destroy());
  }

  #take(text: string): void {
    const lines = `${this.#unfinished}${text}`.split('\n');
    this.#unfinished = (lines.pop() ?? '').slice(0, longestMessage);
    for (const line of lines) this.#read(line);
  }

  #read(line: string): void {
    this.#received += 1;
    if (this.#received > limits.messages) return;
    let message: unknown;
    try {
      message = JSON.parse(line);
      // What is nested too deep can be read and not be written down again.
      JSON.stringify(message);
    } catch {
      this.#listeners.onNonsense(line.slice(0, 200));
      return;
    }
    if (!isInternal(message)) this.#listeners.onMessage(message);
  }
}

/**
 * A write to a program that has just ended fails, and Node would drop the pipe with all that the program said last and
 * that is still to be read. What cannot be sent goes nowhere instead; the end is told by the reading.
 */
function forgetFailedWrites(pipe: Duplex): void {
  const write = pipe._write.bind(pipe);
  pipe._write = (chunk, encoding, done) => write(chunk, encoding, () => done());
  const writeMany = pipe._writev?.bind(pipe);
  if (writeMany) pipe._writev = (chunks, done) => writeMany(chunks, () => done());
}

/** Node keeps messages whose `cmd` begins with NODE_ for itself: handles, acknowledgements, its cluster's talk. */
const isInternal = (message: unknown): boolean =>
  typeof message === 'object' &&
  message !== null &&
  String((message as { cmd?: unknown }).cmd).startsWith('NODE_');
