import http from 'node:http';
import type { Socket } from 'node:net';
import type { TimelineLog } from '../timeline/log.ts';
import { limits } from './limits.ts';

export interface RequestOptions {
  /** The request's name in the timeline. */
  readonly as: string;
  /** The name of a keep-alive connection; without it the request has a connection of its own. */
  readonly on?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Keeps its one connection open for as long as the server does, whatever the server's Keep-Alive header advises. */
class HeldConnection extends http.Agent {
  constructor() {
    super({ keepAlive: true, maxSockets: 1 });
  }

  override keepSocketAlive(socket: Socket): boolean {
    socket.setKeepAlive(true, 1_000);
    return true;
  }
}

/** Sends real HTTP requests to one program and writes into the timeline what came of each. */
export class Requests {
  readonly #log: TimelineLog;
  readonly #app: string;
  readonly #held = new Map<string, HeldConnection>();
  readonly #open = new Set<http.ClientRequest>();

  constructor(log: TimelineLog, app: string) {
    this.#log = log;
    this.#app = app;
  }

  /** Sends a request now. Resolves, never rejects, when it was answered or has failed. */
  send(port: number, method: string, path: string, { as: name, on, headers }: RequestOptions): Promise<void> {
    const log = this.#log;
    const atMs = log.nowMs();
    log.add(
      { kind: 'request', app: this.#app, name, method, path, ...(on && { on }), ...(headers && { headers }) },
      atMs,
    );
    return new Promise((resolve) => {
      let settled = false;
      const settle = (write: () => void): void => {
        if (settled) return;
        settled = true;
        this.#open.delete(request);
        write();
        resolve();
      };
      const fail = (code: string): void => settle(() => log.add({ kind: 'request-failed', name, code }));
      const agent = on === undefined ? false : this.#connection(on);
      const request = http.request({ host: '127.0.0.1', port, method, path, agent, headers: { ...headers } });
      this.#open.add(request);
      request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
      request.on('response', (response) => {
        const body: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          body.push(chunk);
          if (bytes <= limits.answerBytes) return;
          fail('ANSWER_TOO_LONG');
          request.destroy();
        });
        response.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const text = Buffer.concat(body).toString('utf8');
          settle(() =>
            log.add({ kind: 'answer', name, status, headers: plain(response.headers), body: text }),
          );
        });
        response.on('close', () => fail('CLOSED_BEFORE_THE_END'));
      });
      request.end();
    });
  }

  /** Drops every request that is still open and every connection that is held. */
  giveUp(): void {
    for (const request of this.#open)
      request.destroy(Object.assign(new Error('given up'), { code: 'GIVEN_UP' }));
    for (const agent of this.#held.values()) agent.destroy();
  }

  #connection(name: string): HeldConnection {
    const known = this.#held.get(name) ?? new HeldConnection();
    this.#held.set(name, known);
    return known;
  }
}

function plain(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
