import { Milestone } from '../stage/milestone.ts';
import { pause } from '../stage/pace.ts';
import type { Wait } from '../stage/waiting.ts';
import {
  ascending,
  busyPidsIn,
  type Fields,
  fieldsOf,
  jobsNamed,
  listedPidsIn,
  messagesOf,
  readyPids,
  replacementPids,
} from '../timeline/jobs.ts';
import { JobGiver } from './job-giver.ts';

const betweenAsksMs = 15;

/** A job group that must still be under way, or nothing can be said and the scenario is played again. */
interface While {
  readonly while: string;
}

/** What a status has to show, unless that is no longer to be expected. */
interface Work {
  readonly busy: number;
  readonly queued?: number;
  unless?(): boolean;
}

/** What a scenario does as the parent of a coordinator: gives it jobs over IPC, and waits for what it says. */
export class Coordinator extends JobGiver {
  /** Asks for the status and waits for the answer to this very question. */
  async status(): Promise<Fields> {
    let awaited = messagesOf(this.timeline(), 'status', this.app.name).length + 1;
    this.app.send({ type: 'status' });
    const isOurs = (message: unknown) => fieldsOf(message, 'status') !== undefined && --awaited === 0;
    return await this.app.sends<Fields>('message "status"', isOurs);
  }

  /** Asks again and again until the status shows so many busy workers, and so many queued jobs where that is said. */
  async shows(wanted: Work & Partial<While>): Promise<Fields> {
    const giveUpAtMs = this.stage.log.nowMs() + this.app.soonMs;
    for (;;) {
      const status = await this.status();
      const busy = busyPidsIn(status).length;
      if (busy === wanted.busy && status.queued === (wanted.queued ?? status.queued)) return status;
      if (wanted.unless?.()) return status;
      if (this.stage.log.nowMs() > giveUpAtMs) {
        const queued = wanted.queued === undefined ? '' : ` and ${wanted.queued} queued jobs`;
        const text = `no status showed ${wanted.busy} busy workers${queued}; the last one showed ${busy} busy workers and ${status.queued} queued jobs`;
        throw new Milestone('shows its work', text, { onTime: true });
      }
      if (wanted.while !== undefined) this.stillHeld(wanted.while);
      await pause(betweenAsksMs);
    }
  }

  /** Waits until so many workers hold the jobs of the group, which have to last. What is queued is another check's matter. */
  async holds(name: string, busy: number): Promise<void> {
    await this.shows({ busy, while: name });
  }

  /** Waits until one worker holds the only job of the group, and resolves to its pid. */
  async holderOf(name: string): Promise<number> {
    return busyPidsIn(await this.shows({ busy: 1, while: name }))[0] as number;
  }

  /** SIGKILL from outside while the jobs of a group cannot be done yet. */
  kill(pid: number, { while: name }: Partial<While> = {}): void {
    this.app.tree.signal(pid, 'SIGKILL');
    if (name !== undefined) this.stillLasts(name);
  }

  /** SIGKILL to several in one moment: stopped, the coordinator learns of all these deaths at once. */
  async killTogether(pids: readonly number[]): Promise<void> {
    this.app.signal('SIGSTOP');
    await this.app.tree.untilStopped(this.app.pid);
    for (const pid of pids) this.kill(pid);
    await this.app.tree.untilDead(pids);
    this.app.signal('SIGCONT');
  }

  /**
   * SIGKILL to whoever holds the only job of the group, so many times or until it is answered; each death is told
   * before the next.
   */
  async killHoldersOf(name: string, { times }: { times: number }): Promise<void> {
    const isAnswered = () =>
      jobsNamed(this.timeline(), name, this.app.name).some(({ results }) => results.length > 0);
    for (let count = 0; count < times && !isAnswered(); count += 1) {
      const status = await this.shows({ busy: 1, unless: isAnswered });
      if (isAnswered()) return;
      const [holder] = busyPidsIn(status) as [number];
      // A try that never reached its worker need not count.
      await this.app.tree.untilItHasRead(holder);
      this.kill(holder);
      const isIts = (message: unknown) => fieldsOf(message, 'worker-exit')?.pid === holder;
      await this.app.sends('message "worker-exit" of the killed worker', isIts);
    }
  }

  /** Waits for so many `worker-exit` messages in all, a "soon" for each. */
  async exits(count: number): Promise<void> {
    for (let number = 1; number <= count; number += 1) {
      let left = number;
      const isIt = (message: unknown) => fieldsOf(message, 'worker-exit') !== undefined && --left === 0;
      await this.app.sends(`message "worker-exit" number ${number}`, isIt);
    }
  }

  /** Waits for the `count`th `worker-start` of a replacement, and resolves to its pid. */
  async start(count: number, { afterMs = 0 }: Wait = {}): Promise<number> {
    let left = count;
    // Each counts once, however often it is announced.
    const known = new Set(readyPids(this.timeline()));
    const isIt = (message: unknown) => {
      const start = fieldsOf(message, 'worker-start');
      if (start === undefined || known.has(start.pid)) return false;
      known.add(start.pid);
      return --left === 0;
    };
    const { pid } = await this.app.sends<Fields>(`message "worker-start" number ${count}`, isIt, {
      afterMs,
    });
    return Number(pid);
  }

  /**
   * Kills these in turn, and after them the replacements, each as soon as the last replacement is announced.
   * Resolves to those that are left.
   */
  async killInTurn(
    pids: readonly number[],
    { times, first = 1 }: { times: number; first?: number },
  ): Promise<readonly [number, ...number[]]> {
    const living = [...pids];
    const backoffMs = this.app.setting('BACKOFF_MS');
    for (let count = 0; count < times; count += 1) {
      this.kill(living.shift() as number);
      living.push(await this.start(first + count, { afterMs: backoffMs * 2 ** count }));
    }
    return living as unknown as readonly [number, ...number[]];
  }

  /** Sends small jobs until one is refused while the group `name` is still held; the rest is then known to follow. */
  async refuses(probe: string, { while: name }: While): Promise<void> {
    const giveUpAtMs = this.stage.log.nowMs() + this.app.soonMs;
    for (let refused = false; !refused; ) {
      this.job(probe, { kind: 'echo', value: this.draw.token() });
      await pause(betweenAsksMs);
      if (this.app.isOver) {
        // Where it went in order, what it said last tells that it had finished the jobs: there was nothing left to see.
        await this.app.gone();
        this.stillHeld(name);
        return;
      }
      const results = jobsNamed(this.timeline(), probe, this.app.name).flatMap((job) => job.results);
      refused = results.some(({ message }) => fieldsOf(message, 'result')?.ok === false);
      if (refused) return;
      if (this.stage.log.nowMs() > giveUpAtMs) {
        throw new Milestone('refuses', 'it refused no job', { onTime: true });
      }
      this.stillHeld(name);
    }
  }

  /** Waits for the answers of a group that has to be answered while another one is held. */
  async answeredWhile(name: string, { while: held }: While): Promise<void> {
    const giveUpAtMs = this.stage.log.nowMs() + this.app.soonMs;
    const isOpen = () =>
      jobsNamed(this.timeline(), name, this.app.name).some(({ results }) => results.length === 0);
    while (isOpen() && this.stage.log.nowMs() < giveUpAtMs) {
      this.stillHeld(held);
      await pause(betweenAsksMs);
    }
  }

  /**
   * A status between two looks at the process table that show the same children: a quiet moment. Asks again where it
   * names others, because what was announced may be in the list a moment later; the last one is judged.
   */
  async compares(name: string): Promise<void> {
    const giveUpAtMs = this.stage.log.nowMs() + this.app.soonMs;
    for (;;) {
      const before = this.app.tree.look(`before ${name}`);
      const named = listedPidsIn(await this.status());
      const after = this.app.tree.look(name);
      const known = [...readyPids(this.timeline()), ...replacementPids(this.timeline())];
      const workers = after.children.filter((pid) => known.includes(pid));
      const isQuiet = String(before.children) === String(after.children);
      if (isQuiet && String(ascending(workers)) === String(ascending(named))) return;
      if (this.stage.log.nowMs() > giveUpAtMs) return;
      await pause(betweenAsksMs);
    }
  }

  /** Asks until the status lists so many workers, or a "soon" is over; resolves to the pids that it lists then. */
  async lists(count: number): Promise<number[]> {
    let listed: number[] = [];
    const isWhole = async () => {
      listed = listedPidsIn(await this.status());
      return listed.length === count;
    };
    await this.app.repeats(isWhole, { everyMs: betweenAsksMs });
    return listed;
  }
}
