/** What a stage can see and do, each with a monotonic time in milliseconds since the scenario began. */

export type Stream = 'stdout' | 'stderr';

/**
 * Where a signal was sent: the program, its whole process group as a terminal's Ctrl-C does, or one of the
 * processes that it has started.
 */
export type SignalTarget = 'process' | 'group' | 'descendant';

interface Seen<Kind extends string> {
  readonly kind: Kind;
  readonly atMs: number;
}

/** A program was started. `app` names it within the scenario; `settings` is what the grader put in its environment. */
export interface Started extends Seen<'started'> {
  readonly app: string;
  readonly pid: number;
  readonly file: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** One line of output, without its line end. `cut` says that the rest of an over-long line was dropped. */
export interface Line extends Seen<'line'> {
  readonly app: string;
  readonly stream: Stream;
  readonly text: string;
  readonly cut?: boolean;
}

/** A stream printed more than the cap; written once, when its end is reached. */
export interface Capped extends Seen<'capped'> {
  readonly app: string;
  readonly stream: Stream;
  readonly keptBytes: number;
  readonly droppedBytes: number;
}

/** A signal was sent to the process `pid`. `delivered` is false where it was gone already. */
export interface SignalSent extends Seen<'signal'> {
  readonly app: string;
  readonly pid: number;
  readonly signal: NodeJS.Signals;
  readonly to: SignalTarget;
  readonly delivered: boolean;
}

/** A request's bytes were handed to the system. `on` names the keep-alive connection, where it is one. */
export interface RequestSent extends Seen<'request'> {
  readonly app: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly on?: string;
  /** The headers that the scenario set, where it set any. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole answer to a request arrived. */
export interface Answer extends Seen<'answer'> {
  readonly name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request got no whole answer: refused, reset, cut off, or dropped by us at the scenario's end. */
export interface RequestFailed extends Seen<'request-failed'> {
  readonly name: string;
  readonly code: string;
}

/** A raw connection of ours changed its state. */
export interface Connection extends Seen<'connection'> {
  readonly name: string;
  readonly state: 'open' | 'refused' | 'failed' | 'closed';
  readonly code?: string;
}

/** A message crossed the IPC channel; `sent` by us or `received` from the program. */
export interface IpcMessage extends Seen<'message'> {
  readonly app: string;
  readonly direction: 'sent' | 'received';
  readonly message: unknown;
}

/** The IPC channel is closed. `by` says which end closed it. */
export interface IpcClosed extends Seen<'channel-closed'> {
  readonly app: string;
  readonly by: 'program' | 'us';
}

/** The operating system's own figures for one process. `cpuMs` is user and system time since its start. */
export interface Sample extends Seen<'sample'> {
  readonly app: string;
  readonly pid: number;
  readonly rssMB: number;
  readonly cpuMs: number;
  readonly children: readonly number[];
}

/** A fact that a scenario wants its claims to see, such as what the process table said at that moment. */
export interface Fact extends Seen<'fact'> {
  readonly name: string;
  readonly value: unknown;
}

/**
 * The program is over. Exit code, death by signal, and an end that we made are three different things:
 * `because` is there only where we ended it, and then says why.
 */
export interface Ended extends Seen<'ended'> {
  readonly app: string;
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly because?: string;
}

/**
 * A process that the program has started, itself or through another, was seen for the first time, or is there no
 * longer. The tree is looked at every few moments, so what lives shorter than that may never be seen.
 */
export interface DescendantSeen extends Seen<'process'> {
  readonly app: string;
  readonly pid: number;
  readonly state: 'seen' | 'gone';
  readonly command: string;
}

/** Processes that the program left running when it was over; we ended them. */
export interface LeftBehind extends Seen<'left-behind'> {
  readonly app: string;
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
}

/** A limit of the stage was reached, so the program was ended. `text` is a whole sentence for the learner. */
export interface LimitReached extends Seen<'limit'> {
  readonly app: string;
  readonly text: string;
}

/** The scenario waited for a sign of the program that never came. `onTime` says that only the time ran out. */
export interface MilestoneMissed extends Seen<'milestone-missed'> {
  readonly milestone: string;
  readonly text: string;
  readonly onTime: boolean;
}

export type TimelineEvent =
  | Started
  | Line
  | Capped
  | SignalSent
  | RequestSent
  | Answer
  | RequestFailed
  | Connection
  | IpcMessage
  | IpcClosed
  | Sample
  | Fact
  | Ended
  | DescendantSeen
  | LeftBehind
  | LimitReached
  | MilestoneMissed;

/** An event before it is stamped with its time. */
export type Unstamped = TimelineEvent extends infer E
  ? E extends TimelineEvent
    ? Omit<E, 'atMs'>
    : never
  : never;

/** Everything that was seen in one scenario, in the order in which it was seen. */
export interface Timeline {
  /** What "soon" meant in this scenario, in milliseconds: the contract's two seconds, more on a slow machine. */
  readonly soonMs: number;
  readonly events: readonly TimelineEvent[];
}
