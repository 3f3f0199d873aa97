import type {
  Answer,
  Connection,
  Ended,
  MilestoneMissed,
  RequestFailed,
  RequestSent,
  SignalSent,
  Started,
  Timeline,
  TimelineEvent,
} from './events.ts';

/** The name of a scenario's program where it starts only one. */
export const theApp = 'app';

type OfKind<Kind extends TimelineEvent['kind']> = Extract<TimelineEvent, { kind: Kind }>;

/** All events of one kind, in order. */
export function eventsOf<Kind extends TimelineEvent['kind']>(timeline: Timeline, kind: Kind): OfKind<Kind>[] {
  return timeline.events.filter((event): event is OfKind<Kind> => event.kind === kind);
}

export const startOf = (timeline: Timeline, app = theApp): Started | undefined =>
  eventsOf(timeline, 'started').find((event) => event.app === app);

export const endOf = (timeline: Timeline, app = theApp): Ended | undefined =>
  eventsOf(timeline, 'ended').find((event) => event.app === app);

/** Signals to the program itself or to its group, in order. */
export const signalsTo = (timeline: Timeline, app = theApp): SignalSent[] =>
  eventsOf(timeline, 'signal').filter((event) => event.app === app && event.to !== 'descendant');

/** Signals to single processes that the program has started, in order. */
export const signalsToDescendants = (timeline: Timeline, app = theApp): SignalSent[] =>
  eventsOf(timeline, 'signal').filter((event) => event.app === app && event.to === 'descendant');

export const requestNamed = (timeline: Timeline, name: string): RequestSent | undefined =>
  eventsOf(timeline, 'request').find((event) => event.name === name);

/** The earliest moment at which a request can be answered that asks for so many `ms`; undefined where it was not sent. */
export function earliestAnswerMs(timeline: Timeline, name: string): number | undefined {
  const sent = requestNamed(timeline, name);
  return sent && sent.atMs + Number(new URL(sent.path, 'http://localhost').searchParams.get('ms'));
}

/** How a request ended, or undefined while it is under way. */
export const outcomeOf = (timeline: Timeline, name: string): Answer | RequestFailed | undefined =>
  timeline.events.find(
    (event): event is Answer | RequestFailed =>
      (event.kind === 'answer' || event.kind === 'request-failed') && event.name === name,
  );

export const connectionsNamed = (timeline: Timeline, name: string): Connection[] =>
  eventsOf(timeline, 'connection').filter((event) => event.name === name);

/** The first sign that the scenario waited for in vain. */
export const missedMilestone = (timeline: Timeline): MilestoneMissed | undefined =>
  eventsOf(timeline, 'milestone-missed')[0];

/** A numeric setting that the program was started with, in the setting's own unit. */
export function numericSetting(timeline: Timeline, name: string, app = theApp): number | undefined {
  const value = startOf(timeline, app)?.settings[name];
  return value === undefined ? undefined : Number(value);
}
