import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Stream } from '../timeline/events.ts';
import type { TimelineLog } from '../timeline/log.ts';
import { limits } from './limits.ts';

/**
 * Writes a stream's lines into the timeline as they come, within the limits; what is beyond them is read, so that the
 * program never blocks on a full pipe, and counted. Resolves when the stream has ended or failed.
 */
export function recordLines(
  source: Readable,
  { app, stream, log }: { app: string; stream: Stream; log: TimelineLog },
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let unfinished = '';
  let cutting = false;
  let keptBytes = 0;
  let droppedBytes = 0;
  let lines = 0;

  const write = (text: string): void => {
    lines += 1;
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    log.add({ kind: 'line', app, stream, text: line, ...(cutting ? { cut: true } : {}) });
    cutting = false;
  };

  const take = (text: string): void => {
    const parts = text.split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      unfinished = join(unfinished, part);
      write(unfinished);
      unfinished = '';
    }
    unfinished = join(unfinished, last);
  };

  const join = (start: string, rest: string): string => {
    const room = limits.lineBytes - start.length;
    if (rest.length <= room) return start + rest;
    cutting = true;
    return start + rest.slice(0, Math.max(0, room));
  };

  source.on('data', (chunk: Buffer) => {
    // Nothing is kept after the first that was dropped: two halves with a gap between them are not a line.
    const isFull = keptBytes + chunk.length > limits.outputBytesPerStream || lines > limits.linesPerStream;
    if (droppedBytes > 0 || isFull) {
      droppedBytes += chunk.length;
      return;
    }
    keptBytes += chunk.length;
    take(decoder.write(chunk));
  });

  return new Promise((resolve) => {
    const finish = (): void => {
      source.removeAllListeners('data');
      if (droppedBytes > 0) cutting = true;
      else take(decoder.end());
      if (unfinished !== '') write(unfinished);
      if (droppedBytes > 0) log.add({ kind: 'capped', app, stream, keptBytes, droppedBytes });
      unfinished = '';
      resolve();
    };
    source.once('close', finish);
    // A reset of the socket behind the pipe ends the reading; the exit tells the rest.
    source.once('error', () => {});
  });
}
