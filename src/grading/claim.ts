import type { Timeline } from '../timeline/events.ts';
import { missedMilestone } from '../timeline/questions.ts';

/** What a claim says of a timeline. `moot` names what never came, so that nothing can be said. */
export type Judgement =
  | { readonly outcome: 'holds' }
  | {
      readonly outcome: 'broken';
      readonly expected: string;
      readonly seen: string;
      /** Indices of the events that show it. */
      readonly evidence: readonly number[];
      /** Only an upper bound of time was missed, so it is worth a second play. */
      readonly onTimeAlone?: true;
    }
  | { readonly outcome: 'moot'; readonly missing: string };

/** A pure function of the timeline, with the sentence that it claims. */
export interface Claim {
  readonly text: string;
  judge(timeline: Timeline): Judgement;
}

export const holds: Judgement = { outcome: 'holds' };

export const moot = (missing: string): Judgement => ({ outcome: 'moot', missing });

export const broken = (
  expected: string,
  seen: string,
  { evidence = [], onTimeAlone = false }: { evidence?: readonly number[]; onTimeAlone?: boolean } = {},
): Judgement => ({
  outcome: 'broken',
  expected,
  seen,
  evidence,
  ...(onTimeAlone ? { onTimeAlone: true as const } : {}),
});

/** Several claims as one sentence: broken by the first that is, so that one mistake is told once. */
export const asOne = (text: string, claims: readonly Claim[]): Claim => ({
  text,
  judge(timeline) {
    const judged = claims.map((claim) => claim.judge(timeline));
    return (
      judged.find(({ outcome }) => outcome === 'broken') ??
      judged.find(({ outcome }) => outcome === 'moot') ??
      holds
    );
  },
});

/**
 * The milestone that kept the scenario from going further, if any. A program that did not end when it should have
 * has still been through all that came before, so `gone` does not count here.
 */
export function whatStoppedThePlay(timeline: Timeline): string | undefined {
  const missed = missedMilestone(timeline);
  return missed === undefined || missed.milestone === 'gone' ? undefined : missed.text;
}
