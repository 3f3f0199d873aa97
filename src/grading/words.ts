import type { Tier } from '../report/report.ts';
import type { App } from '../stage/app.ts';
import type { Stage } from '../stage/stage.ts';
import type { Claim } from './claim.ts';
import type { Draw } from './draw.ts';

/** Why production cares, and where to look; a claim without both does not compile. */
export interface Texts {
  readonly because: string;
  readonly help: string;
  /** Where this claim is broken, checks that name this one in `after` could only repeat it, and are moot. */
  readonly gate?: true;
}

export interface Expectation extends Texts {
  readonly tier: Tier;
  readonly claim: Claim;
}

export type Settings = Readonly<Record<string, string | number>>;

/** What is done to a fresh process, and what it is given beforehand. Judges nothing. */
export interface Stimulus {
  readonly id: string;
  /** The program's settings. `PORT=0` is always among them unless the scenario sets another. */
  readonly settings?: (draw: Draw, folder: string) => Settings;
  /** Files that lie in the program's folder before it is started, by their names. */
  readonly files?: (draw: Draw) => Readonly<Record<string, string>>;
  /** Made in the program's working folder before it starts, for settings that name a folder. */
  readonly folders?: readonly string[];
  /** With an IPC channel to the program. */
  readonly ipc?: true;
  /** Leave what the program left behind alone until the scenario's end, because the scenario looks at it. */
  readonly afterExit?: 'watch';
  /** Only acts and waits for signs: no judgement, no sleep. */
  play(app: App, draw: Draw, stage: Stage): Promise<void>;
}

/** One check: what is done to a fresh process, and what must then be true of all that was seen. */
export interface ScenarioPlan extends Stimulus {
  /** The point of the exercise's brief that this check belongs to. */
  readonly point: number;
  /** Checks whose gate claims must hold, or this one says nothing new. */
  readonly after?: readonly string[];
  /** Begins before the others, because it waits the longest. */
  readonly longest?: true;
  /** Works rather than waits, so that it holds one of the machine's cores for itself as long as it lasts. */
  readonly busy?: true;
  readonly expect: readonly Expectation[];
}

export interface Scenario extends ScenarioPlan {
  readonly title: string;
  readonly tier: Tier;
}

export interface Grader {
  readonly exercise: string;
  readonly scenarios: readonly Scenario[];
}

/** A claim that decides whether the exercise is passed. */
export const must = (claim: Claim, texts: Texts): Expectation => ({ tier: 'core', claim, ...texts });

/** A claim of a stretch check, which is shown and counted and never blocks. */
export const should = (claim: Claim, texts: Texts): Expectation => ({ tier: 'stretch', claim, ...texts });

/** Declares a check. Its title is a sentence about a right program; its tier is that of its expectations. */
export function scenario(title: string, plan: ScenarioPlan): Scenario {
  const tiers = new Set(plan.expect.map((expectation) => expectation.tier));
  const [tier] = tiers;
  if (tier === undefined || tiers.size > 1) {
    throw new TypeError(`Scenario "${plan.id}" needs expectations of one kind: all must, or all should.`);
  }
  return { ...plan, title, tier };
}

/** Declares an exercise's grader: its scenarios in the order in which a learner reads them. */
export function grader(exercise: string, scenarios: readonly Scenario[]): Grader {
  const ids = scenarios.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new TypeError(`Grader "${exercise}" declares "${twice}" twice.`);
  const unknown = scenarios.flatMap(({ after = [] }) => after).find((id) => !ids.includes(id));
  if (unknown !== undefined)
    throw new TypeError(`Grader "${exercise}" has no check "${unknown}" to come after.`);
  return { exercise, scenarios };
}
