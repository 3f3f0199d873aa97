import { eventLines, parseEventLine } from '../timeline/event-line.ts';
import type { TimelineEvent } from '../timeline/events.ts';
import type { TimelineLog } from '../timeline/log.ts';
import { eventsOf, numericSetting } from '../timeline/questions.ts';
import { Connections, tryConnection } from './connections.ts';
import { Looking } from './looking.ts';
import { Milestone, OverTooSoon } from './milestone.ts';
import { arrivedIsRead, type Pace, pause, pauseUnless } from './pace.ts';
import { processTable } from './process-table.ts';
import type { Program } from './program.ts';
import { type RequestOptions, Requests } from './requests.ts';
import { Tree } from './tree.ts';
import { betweenLooksMs, type Wait } from './waiting.ts';

export interface AppRequest extends Omit<RequestOptions, 'as'> {
  /** The request's name in the timeline; the path where it has none. */
  readonly as?: string;
  /** How long the program is asked to take for the answer; `answered` waits that much longer. */
  readonly takesMs?: number;
}

const roundsBetweenLines = 5;
// Below this share of the time that was set, lines come too often by more than clocks differ.
const leastShareOfThePace = 0.7;

/** What a scenario does to one program: acts on it, and waits for its signs. Judges nothing. */
export class App extends Looking {
  readonly #requests: Requests;
  readonly #connections: Connections;
  /** The processes that the program has started. */
  readonly tree: Tree;

  constructor(program: Program, around: { log: TimelineLog; pace: Pace }) {
    super(program, around);
    this.#requests = new Requests(around.log, program.app);
    this.#connections = new Connections(around.log);
    this.tree = new Tree(program, around);
  }

  /** The contracts' "soon" as it is now, stretched by the machine's slowness. */
  get soonMs(): number {
    return this.pace.soonMs;
  }

  /** A numeric setting that the program was started with, in the setting's own unit. */
  setting(name: string): number {
    const value = numericSetting(this.log.timeline(0), name, this.name);
    if (value === undefined) throw new Error(`The scenario sets no ${name}.`);
    return value;
  }

  get(path: string, options: AppRequest = {}): void {
    this.request('GET', path, options);
  }

  post(path: string, options: AppRequest = {}): void {
    this.request('POST', path, options);
  }

  /** Sends a request without waiting for its answer. */
  request(
    method: string,
    path: string,
    { as = path, takesMs = 0, ...options }: AppRequest = {},
  ): Promise<void> {
    this.takesMs.set(as, takesMs);
    return this.#requests.send(this.port, method, path, { as, ...options });
  }

  /**
   * Waits until the program has certainly read the request. The kernel hands connections over in the order of their
   * arrival, so once a later one is answered, the earlier one was read. An answer before its time is for a claim.
   */
  async accepted(name: string): Promise<void> {
    // Counted over all programs of the stage, or one would take another's answer for its own.
    const asked = this.log.events.filter((seen) => seen.kind === 'request' && seen.name.startsWith('probe '));
    const probe = `probe ${asked.length + 1}`;
    this.get('/', { as: probe });
    await this.answered(probe);
    if (this.isAnswered(name) && !this.cameTooEarly(name))
      throw new OverTooSoon(`"${name}" was answered before it could be looked at.`);
  }

  /** Opens a raw connection and sends `text`, which may be half a request, or nothing. */
  async connect(as: string, text = ''): Promise<void> {
    await this.#connections.open(this.port, { as, text });
  }

  /** Sends the request again on the same connection as soon as each is answered, until one fails or the program ends. */
  async keepAsking(path: string, { on, takesMs = 0 }: { on: string; takesMs?: number }): Promise<void> {
    for (let count = 1; !this.isOver; count += 1) {
      const as = `${on} ${count}`;
      await this.request('GET', path, { as, on, takesMs });
      if (!this.isAnswered(as)) return;
    }
  }

  /**
   * Tries new connections until one is refused while the request `whileOpen` still waits for its answer. The "soon"
   * counts from the event line `since`, or from the last signal where that line never comes. Plays again where the
   * answer came before anything can be said.
   */
  async refuses({ whileOpen, since }: { whileOpen: string; since: string }): Promise<void> {
    while (!this.isOver) {
      const state = await tryConnection(this.port);
      // Where we were slow, the answer and the end after it may both be here, the refusal read first.
      await arrivedIsRead();
      // Cut off is not answered: what became of newcomers no longer says anything.
      if (this.isSettled(whileOpen) && !this.isAnswered(whileOpen)) return;
      const settled = this.isAnswered(whileOpen);
      const announced = this.#announcement(since, settled);
      const soonIsOver = announced !== undefined && this.log.nowMs() - announced.atMs > this.pace.soonMs;
      if (settled && !soonIsOver)
        throw new OverTooSoon(`"${whileOpen}" was answered before a connection was refused.`);
      if (soonIsOver || state === 'refused') {
        this.log.add({ kind: 'connection', name: 'newcomer', state: settled ? 'open' : state });
        return;
      }
      await pause(betweenLooksMs);
    }
    await this.answered(whileOpen);
    if (this.isAnswered(whileOpen))
      throw new OverTooSoon('The program was over before a connection was refused.');
  }

  #announcement(event: string, settled: boolean): TimelineEvent | undefined {
    const line = eventLines(this.log.timeline(0), { event, app: this.name })[0]?.line;
    return line ?? (settled ? eventsOf(this.log.timeline(0), 'signal').at(-1) : undefined);
  }

  signal(signal: NodeJS.Signals): void {
    this.program.signal(signal, 'process');
  }

  signalGroup(signal: NodeJS.Signals): void {
    this.program.signal(signal, 'group');
  }

  /** Sends the signals in turn, one each `everyMs`, until the program is over or the request is settled. */
  async keepSignalling(
    signals: readonly NodeJS.Signals[],
    { everyMs, until }: { everyMs: number; until?: string },
  ): Promise<void> {
    const giveUpAtMs =
      this.log.nowMs() + this.pace.soonMs + (until === undefined ? 0 : (this.takesMs.get(until) ?? 0));
    for (let count = 0; this.log.nowMs() < giveUpAtMs; count += 1) {
      await pauseUnless(this.program.ended, everyMs);
      if (this.isOver || (until !== undefined && this.isSettled(until))) return;
      this.signal(signals[count % signals.length] as NodeJS.Signals);
    }
  }

  send(message: unknown): void {
    this.program.send(message);
  }

  closeChannel(): void {
    this.program.closeChannel();
  }

  /** From now on, writes the operating system's figures into the timeline at each event line of that name. */
  sampleAtEach(event: string): void {
    this.log.onEvent((seen) => {
      if (seen.kind === 'line' && seen.app === this.name && parseEventLine(seen)?.event === event)
        this.sample();
    });
  }

  /** Writes the operating system's figures for the program into the timeline. */
  sample(): void {
    const row = processTable.readProcess(this.pid);
    // A process that is over has no memory left, and what it printed last may reach us after its end.
    if (!row || row.rssMB === 0) return;
    const { pid, rssMB, cpuMs } = row;
    this.log.add({
      kind: 'sample',
      app: this.name,
      pid,
      rssMB,
      cpuMs,
      children: processTable.childPidsOf(pid),
    });
  }

  /** The program's resident memory as the process table shows it now; 0 where the program is gone. */
  get residentMB(): number {
    return processTable.readProcess(this.pid)?.rssMB ?? 0;
  }

  /** Waits until the program's resident memory has come to so much. */
  async grows({ toMB, afterMs = 0 }: Wait & { toMB: number }): Promise<void> {
    const text = `its resident memory did not grow to ${Math.round(toMB)} MB`;
    if (await this.repeats(() => this.residentMB >= toMB, { afterMs })) return;
    throw new Milestone('grows', this.isOver ? `${text} before it was over` : `${text} soon enough`, {
      onTime: !this.isOver,
    });
  }

  /**
   * Does something that must lie wholly between two lines of an event, and waits for the second; `times` does it in so
   * many gaps in a row. Where a line came in between it begins anew, under the next name; plays again where it never
   * succeeds, and misses a milestone where the lines come too often for it.
   */
  async actsBetween(
    event: string,
    as: string,
    act: (name: string) => Promise<void>,
    { times = 1, afterMs = 0 }: Wait & { times?: number } = {},
  ): Promise<void> {
    for (let round = 1; round <= roundsBetweenLines; round += 1) {
      await this.saysMore(event, { afterMs });
      const from = this.log.events.length;
      const lines = (): number =>
        this.log.events
          .slice(from)
          .filter(
            (seen) => seen.kind === 'line' && seen.app === this.name && parseEventLine(seen)?.event === event,
          ).length;
      let done = 0;
      while (done < times && lines() === done) {
        await act(times === 1 ? `${as}.${round}` : `${as}.${round}.${done + 1}`);
        if (lines() !== done) break;
        await this.saysMore(event, { afterMs });
        done += 1;
      }
      if (done === times) return;
    }
    const at = eventLines(this.log.timeline(0), { event, app: this.name }).map(({ line }) => line.atMs);
    const meanGapMs = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / Math.max(1, at.length - 1);
    // A busy machine makes lines come later, never sooner: that there is no room between them is the program's doing.
    if (meanGapMs < afterMs * leastShareOfThePace)
      throw new Milestone(
        'acts between',
        `its lines "${event}" came every ${Math.round(meanGapMs)} ms, and not every ${afterMs} ms`,
        { onTime: false },
      );
    throw new OverTooSoon(
      `A line "${event}" came while "${as}" was under way, ${roundsBetweenLines} times in a row.`,
    );
  }

  /** Drops every client of this program; called at the scenario's end. */
  dropClients(): void {
    this.#requests.giveUp();
    this.#connections.giveUp();
  }
}
