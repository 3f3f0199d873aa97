import type { Look } from '../../stage/tree.ts';
import type { Timeline } from '../../timeline/events.ts';
import { messagesOf } from '../../timeline/jobs.ts';
import { eventsOf } from '../../timeline/questions.ts';

const factsOf = (timeline: Timeline, name: string) =>
  eventsOf(timeline, 'fact').filter((fact) => fact.name === `look at ${name}`);

/** The last look at the process table that was taken under this name. */
export const lookAt = (timeline: Timeline, name: string): Look | undefined =>
  factsOf(timeline, name).at(-1)?.value as Look | undefined;

/** The looks of this name, as evidence. */
export const looksAt = (timeline: Timeline, name: string): number[] =>
  factsOf(timeline, name).map((fact) => timeline.events.indexOf(fact));

/** The messages of this type, as evidence. */
export const evidenceOf = (timeline: Timeline, type: string): number[] =>
  messagesOf(timeline, type).map((event) => timeline.events.indexOf(event));
