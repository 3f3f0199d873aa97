import { eventLines, parseEventLine } from '../timeline/event-line.ts';
import { eventsOf, numericSetting, requestNamed } from '../timeline/questions.ts';
import { OverTooSoon } from './milestone.ts';
import { arrivedIsRead, pause, timeRunsOut } from './pace.ts';
import { type Tried, tryRequest } from './try-request.ts';
import { betweenLooksMs, type Wait, Waiting } from './waiting.ts';

type Fields = Readonly<Record<string, unknown>>;
type Newcomer = Tried & { readonly path: string };

/** Looks at what lasts only for a while: each tries until it is so, and is played again where it was over too soon. */
export class Looking extends Waiting {
  /** Waits until event lines of that name have come `times` more times, counted from now. */
  async saysMore(event: string, { times = 1, afterMs = 0 }: Wait & { times?: number } = {}): Promise<void> {
    let left = times;
    await this.sees(`says ${event}`, {
      afterMs,
      since: this.log.events.length,
      text:
        times === 1
          ? `it printed no further event line "${event}"`
          : `it did not print ${times} more event lines "${event}"`,
      match: (seen) => {
        if (seen.kind === 'line' && seen.app === this.name && parseEventLine(seen)?.event === event)
          left -= 1;
        return left === 0 ? true : undefined;
      },
    });
  }

  /** Waits until event lines of that name have come so many times in all. */
  async saysTimes(event: string, { times, afterMs = 0 }: Wait & { times: number }): Promise<void> {
    let left = times;
    await this.sees(`says ${event}`, {
      afterMs,
      text: `it did not print ${times} event lines "${event}"`,
      match: (seen) => {
        if (seen.kind === 'line' && seen.app === this.name && parseEventLine(seen)?.event === event)
          left -= 1;
        return left <= 0 ? true : undefined;
      },
    });
  }

  /** Waits for a line on stderr, counted from now, that is none of these events: something for an operator. */
  async complains({ besides = [], afterMs = 0 }: Wait & { besides?: readonly string[] } = {}): Promise<void> {
    await this.sees('complains', {
      afterMs,
      since: this.log.events.length,
      text: 'it wrote nothing to stderr',
      match: (seen) =>
        seen.kind === 'line' &&
        seen.app === this.name &&
        seen.stream === 'stderr' &&
        !besides.includes(parseEventLine(seen)?.event ?? '')
          ? true
          : undefined,
    });
  }

  /**
   * Does something again and again until it says that it is done, and once more when the time, counted as in every
   * wait, is over: what had come by then counts. Resolves to false where it was never done, or the program was over.
   */
  async repeats(
    act: () => boolean | Promise<boolean>,
    { afterMs = 0, everyMs = betweenLooksMs }: Wait & { readonly everyMs?: number } = {},
  ): Promise<boolean> {
    const done = new AbortController();
    let isLate = false;
    const late = timeRunsOut(this.pace, { afterMs, signal: done.signal }).then(() => {
      isLate = true;
    });
    try {
      for (let isLastLook = false; !this.isOver; isLastLook = isLate) {
        if (await act()) return true;
        if (isLastLook) return false;
        await Promise.race([late, this.program.ended, pause(everyMs)]);
      }
      return false;
    } finally {
      done.abort();
    }
  }

  /** Waits for an event line of that name whose fields are as wanted. */
  async saysWhere(event: string, what: string, accepts: (fields: Fields) => boolean): Promise<void> {
    await this.sees(`says ${event}`, {
      text: `it printed no event line "${event}" ${what}`,
      match: (seen) => {
        const line = seen.kind === 'line' && seen.app === this.name ? parseEventLine(seen) : undefined;
        return line?.event === event && accepts(line.fields) ? true : undefined;
      },
    });
  }

  /** Waits until that many event lines of that name differ in their message; each may come more than once. */
  async saysForEach(event: string, count: number): Promise<void> {
    const messages = new Set<unknown>();
    await this.sees(`says ${event}`, {
      text: `it did not print ${count} event lines "${event}" with different messages`,
      match: (seen) => {
        const line = seen.kind === 'line' && seen.app === this.name ? parseEventLine(seen) : undefined;
        if (line?.event === event) messages.add(line.fields.message);
        return messages.size >= count ? true : undefined;
      },
    });
  }

  /**
   * Asks on new connections until the answer's body is as wanted, for no longer than "soon". Only the last request and
   * its answer are written down.
   */
  async asksFor(
    path: string,
    { as, accepts }: { as: string; accepts: (body: string) => boolean },
  ): Promise<void> {
    const late = new AbortController();
    const done = new AbortController();
    void timeRunsOut(this.pace, { signal: done.signal }).then(() => late.abort());
    try {
      while (!this.isOver) {
        const lastLook = late.signal.aborted;
        const sentMs = this.log.nowMs();
        const found = await tryRequest(this.port, path, this.pace.soonMs);
        const accepted = found.status !== undefined && accepts(found.body);
        if (accepted || lastLook) {
          this.log.add({ kind: 'request', app: this.name, name: as, method: 'GET', path }, sentMs);
          this.log.add(
            found.status === undefined
              ? { kind: 'request-failed', name: as, code: found.code }
              : { kind: 'answer', name: as, status: found.status, headers: {}, body: found.body },
          );
          return;
        }
        await pause(betweenLooksMs);
      }
    } finally {
      done.abort();
    }
  }

  /**
   * Asks for all the paths, each on a new connection, until none gets a 200 while the request `whileOpen` still waits for
   * its answer. The "soon" counts from the event line `since`. Plays again where the answer came before anything can be said.
   */
  async turnsAway({
    whileOpen,
    since,
    paths = ['/'],
  }: {
    whileOpen: string;
    since: string;
    paths?: readonly string[];
  }): Promise<void> {
    while (!this.isOver) {
      // Side by side, so that one who is left without an answer takes no time from the others.
      const tried = await Promise.all(
        paths.map(async (path) => ({ path, ...(await tryRequest(this.port, path, this.pace.soonMs)) })),
      );
      // Where we were slow, the answer and the end after it may both be here, the refusal read first.
      await arrivedIsRead();
      const { path, status, code } = tried.find((one) => one.status === 200) ?? (tried[0] as Newcomer);
      const settled = this.isSettled(whileOpen);
      const line = eventLines(this.log.timeline(0), { event: since, app: this.name })[0]?.line;
      const soonIsOver = line !== undefined && this.log.nowMs() - line.atMs > this.pace.soonMs;
      if (settled && !soonIsOver) break;
      if (soonIsOver || status !== 200) {
        const state = settled || status === 200 ? 'open' : 'refused';
        const told = `${status ?? code} for GET ${path}`;
        this.log.add({ kind: 'connection', name: 'newcomer', state, code: told });
        return;
      }
      await pause(betweenLooksMs);
    }
    // Of a program that went in order the answer may still be on its way to us.
    await this.answered(whileOpen);
    this.stillOpen(whileOpen);
    // Cut off, then: the end of the process, of which it may be the first sign, tells more.
    await this.repeats(() => this.isOver);
  }

  /** Plays again where such an event line has come: what was to be met was over before the scenario got there. */
  notYet(event: string, where: Fields = {}): void {
    const came = eventLines(this.log.timeline(0), { event, app: this.name }).some(({ fields }) =>
      Object.entries(where).every(([field, value]) => fields[field] === value),
    );
    if (came) throw new OverTooSoon(`"${event}" was printed before the scenario got there.`);
  }

  /** Plays again where the request was answered already; one that failed, or came too early, is for a claim. */
  stillOpen(name: string): void {
    if (this.isAnswered(name) && !this.cameTooEarly(name))
      throw new OverTooSoon(`"${name}" was answered before it could be made use of.`);
  }

  /** Plays again where the request failed: a server may close an idle connection in the moment in which it is used again. */
  notCutOff(name: string): void {
    if (this.isSettled(name) && !this.isAnswered(name))
      throw new OverTooSoon(`The connection of "${name}" was closed before the scenario got there.`);
  }

  /**
   * Plays again where the request may have been answered already, because all the time that it takes has passed since it
   * was sent: called right after a signal, it makes sure that the signal met it in flight.
   */
  stillInFlight(name: string): void {
    this.stillOpen(name);
    const sent = requestNamed(this.log.timeline(0), name);
    const takesMs = this.takesMs.get(name) ?? Number.POSITIVE_INFINITY;
    if (sent !== undefined && this.log.nowMs() >= sent.atMs + takesMs)
      throw new OverTooSoon(`"${name}" may have been answered before the scenario got there.`);
  }

  /** Plays again where the setting's milliseconds, or a share of them, have passed since the request was sent. */
  stillWithin(setting: string, { of, share = 1 }: { of: string; share?: number }): void {
    const timeline = this.log.timeline(0);
    const sent = requestNamed(timeline, of) ?? eventsOf(timeline, 'started')[0];
    const untilMs = (sent?.atMs ?? 0) + share * (numericSetting(timeline, setting, this.name) ?? 0);
    if (this.log.nowMs() > untilMs)
      throw new OverTooSoon(
        `${share === 1 ? '' : 'Too much of '}${setting} had passed since "${of}" before the scenario was done with it.`,
      );
  }
}
