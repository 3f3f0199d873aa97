import type { App } from '../stage/app.ts';
import type { Stage, Theatre } from '../stage/stage.ts';
import type { TimelineEvent } from '../timeline/events.ts';
import type { Performance } from './player.ts';
import { tellEvent, tellTimeline } from './tell.ts';

/** The example's program in the learner's hands: started anew as often as wanted, told as it goes. */
export class LiveProgram {
  readonly #theatre: Theatre;
  readonly #performance: Performance;
  #stage: Stage | undefined;
  #app: App | undefined;
  #isReady = false;
  #requests = 0;

  constructor(theatre: Theatre, performance: Performance) {
    this.#theatre = theatre;
    this.#performance = performance;
  }

  /** Starts the program; what ran before is ended first. */
  async start(): Promise<void> {
    await this.end('it is started anew');
    const { example, program } = this.#performance;
    const stage = await this.#theatre.openStage();
    stage.log.onEvent((event) => this.#tell(event));
    this.#stage = stage;
    this.#isReady = false;
    this.#app = stage.start({ ...program, settings: { PORT: '0' } });
    if (example.requests.length > 0) void this.#awaitReady(this.#app);
  }

  signal(signal: NodeJS.Signals): void {
    this.#app?.signal(signal);
  }

  request({ key, method, path }: { key: string; method: string; path: string }): void {
    const { voice } = this.#performance;
    if (this.#app === undefined || this.#app.isOver) voice.out('The program is over; r starts it again.');
    else if (!this.#isReady) voice.out('The program is not ready yet.');
    else {
      this.#requests += 1;
      void this.#app.request(method, path, { as: `${key}${this.#requests}` });
    }
  }

  /** Ends the program, where it still runs, and lets go of all that was its own. */
  async end(because: string): Promise<void> {
    const stage = this.#stage;
    this.#stage = undefined;
    this.#app = undefined;
    await stage?.end(because);
    await stage?.[Symbol.asyncDispose]();
  }

  async #awaitReady(app: App): Promise<void> {
    try {
      await app.ready();
      this.#isReady = this.#app === app;
    } catch {
      // A program that is over, or replaced, before it was ready; both are told elsewhere.
    }
  }

  #tell(event: TimelineEvent): void {
    const { voice } = this.#performance;
    tellEvent(event, voice);
    if (event.kind !== 'ended' || this.#stage === undefined) return;
    tellTimeline(this.#stage.log.timeline(0), voice);
    voice.out(voice.color.dim('r starts it again'));
  }
}
