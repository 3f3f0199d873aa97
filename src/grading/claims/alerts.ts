import { type EventLine, eventLines } from '../../timeline/event-line.ts';
import type { Timeline } from '../../timeline/events.ts';
import { eventsOf, missedMilestone, requestNamed, startOf } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { judgeMoment } from './alert-moment.ts';
import { figureOf, type Snapshot, snapshotsIn } from './snapshots.ts';

export interface RuleText {
  readonly name: string;
  readonly metric: string;
  readonly above: number;
  readonly samples?: number;
}

/** The rules that the program was given, in its environment or in a file, in this order. */
export function rulesIn(timeline: Timeline): RuleText[] {
  const files = eventsOf(timeline, 'fact').map(({ value }) => value);
  return [startOf(timeline)?.settings.ALERT_RULES, ...files].flatMap((text) => {
    try {
      const rules: unknown = JSON.parse(String(text));
      return Array.isArray(rules) ? (rules as RuleText[]) : [];
    } catch {
      return [];
    }
  });
}

/** The rule whose drawn name begins with this role. */
export function ruleNamed(timeline: Timeline, role: string): RuleText {
  const found = rulesIn(timeline).find(({ name }) => name?.startsWith(`${role}-`));
  if (found === undefined) throw new Error(`The scenario gives no rule "${role}-...".`);
  return found;
}

type State = 'firing' | 'resolved';

interface Change {
  readonly state: State;
  /** Counts the program's snapshots from 0. */
  readonly at: number;
}

/** What the rule must have said, by the figures that the program itself printed. */
export function changesOf(rule: RuleText, values: readonly number[]): Change[] {
  const changes: Change[] = [];
  let inARow = 0;
  let firing = false;
  for (const [at, value] of values.entries()) {
    inARow = value > rule.above ? inARow + 1 : 0;
    const now: boolean = firing ? inARow > 0 : inARow >= (rule.samples ?? 1);
    if (now !== firing) changes.push({ state: now ? 'firing' : 'resolved', at });
    firing = now;
  }
  return changes;
}

const isAbove = (rule: RuleText, snapshot: Snapshot): boolean => figureOf(snapshot, rule.metric) > rule.above;

interface Watched {
  readonly rule: RuleText;
  readonly alerts: readonly EventLine[];
  readonly snapshots: readonly Snapshot[];
  readonly changes: readonly Change[];
}

function watch(timeline: Timeline, role: string): Watched {
  const rule = ruleNamed(timeline, role);
  const alerts = eventLines(timeline, { event: 'alert' }).filter(({ fields }) => fields.name === rule.name);
  const snapshots = snapshotsIn(timeline);
  const values = snapshots.map((snapshot) => figureOf(snapshot, rule.metric));
  return { rule, alerts, snapshots, changes: changesOf(rule, values) };
}

const evidenceOf = (timeline: Timeline, alerts: readonly EventLine[]): number[] =>
  alerts.map(({ line }) => timeline.events.indexOf(line));

const listed = (states: readonly unknown[]): string =>
  states.length === 0 ? 'no alert' : states.map(String).join(', ');

/** Claims about the alerts of one rule. `role` is what its drawn name begins with. */
export const rule = (role: string) => ({
  /**
   * The alerts are those that follow from the program's own snapshots. Moot where these never went `through` the
   * changes that the scenario was made for: then the figures are to be mended first.
   */
  followsTheSnapshots: ({ through }: { through: readonly State[] }): Claim => ({
    text: `the rule "${role}" says "firing" and "resolved" once for each time that its metric goes above and comes back`,
    judge(timeline) {
      const { rule: text, alerts, snapshots, changes } = watch(timeline, role);
      const due = changes.map(({ state }) => state);
      if (through.some((state, index) => due[index] !== state)) {
        return moot(
          whatStoppedThePlay(timeline) ??
            `no snapshot showed ${text.metric} go above ${text.above} as it had to`,
        );
      }
      const said = alerts.map(({ fields }) => fields.state);
      if (isWithoutItsEnd(due, said, { mayBeCut: changes.at(-1)?.at === snapshots.length - 1 })) return holds;
      const seen = `${listed(said)} while ${snapshots.length} snapshots were printed`;
      return broken(`${listed(due)}, by the program's own snapshots`, seen, {
        evidence: evidenceOf(timeline, alerts),
      });
    },
  }),

  /** Not one alert, whatever the snapshots were. Moot where none of them was above. */
  keepsSilentThough: ({ above }: { above: number }): Claim => ({
    text: `the rule "${role}" keeps silent about single samples above`,
    judge(timeline) {
      const { rule: text, alerts, snapshots, changes } = watch(timeline, role);
      const high = snapshots.filter((snapshot) => isAbove(text, snapshot)).length;
      if (high < above) {
        return moot(
          whatStoppedThePlay(timeline) ??
            `fewer than ${above} snapshots showed ${text.metric} above ${text.above}`,
        );
      }
      if (alerts.length === changes.length) return holds;
      return broken(
        `no alert: of ${high} samples above, never ${text.samples} stood in a row`,
        `${listed(alerts.map(({ fields }) => fields.state))} of "${role}"`,
        { evidence: evidenceOf(timeline, alerts) },
      );
    },
  }),

  /** For a rule that the program was not to read. */
  saysNothing: (): Claim => ({
    text: `the rule "${role}", which is not in force, says nothing`,
    judge(timeline) {
      const { alerts } = watch(timeline, role);
      if (alerts.length === 0) return holds;
      return broken('no alert', `${listed(alerts.map(({ fields }) => fields.state))} of "${role}"`, {
        evidence: evidenceOf(timeline, alerts),
      });
    },
  }),

  firesAtTheSampleThatCompletesTheRow: (): Claim => ({
    text: `the rule "${role}" fires at the sample that completes its row, neither before nor after`,
    judge(timeline) {
      const { rule: text, alerts, snapshots, changes } = watch(timeline, role);
      const due = changes.find(({ state }) => state === 'firing');
      const alert = alerts.find(({ fields }) => fields.state === 'firing');
      if (due === undefined || alert === undefined) {
        return moot(whatStoppedThePlay(timeline) ?? `the rule "${role}" did not fire`);
      }
      const expected = `"firing" at sample ${text.samples ?? 1} above`;
      return judgeMoment(timeline, { alert, snapshots, at: due.at, metric: text.metric, expected });
    },
  }),

  /** Counts from the rule's own "firing", whatever that came for; holds where it never fired. */
  resolvesAtTheFirstSampleThatIsNotAbove: (): Claim => ({
    text: `the rule "${role}" resolves at the first sample that is not above, neither before nor after`,
    judge(timeline) {
      const { rule: text, alerts, snapshots } = watch(timeline, role);
      const fired = alerts.find(({ fields }) => fields.state === 'firing');
      if (fired === undefined) return holds;
      if (snapshots.every((snapshot) => Number.isNaN(figureOf(snapshot, text.metric))))
        return moot(`no snapshot carried ${text.metric} as a number`);
      const calm = snapshots.findIndex(
        (snapshot) => snapshot.index > timeline.events.indexOf(fired.line) && !isAbove(text, snapshot),
      );
      const resolved = alerts[alerts.indexOf(fired) + 1];
      if (calm === -1 || (resolved === undefined && calm === snapshots.length - 1)) return holds;
      const expected = '"resolved" at the first sample not above';
      if (resolved === undefined) return broken(expected, 'it never resolved');
      return judgeMoment(timeline, { alert: resolved, snapshots, at: calm, metric: text.metric, expected });
    },
  }),

  /** Not before the request, and once at some time after it. */
  firesOnlyAfter: (request: string): Claim => ({
    text: `the rule "${role}" fires after "${request}", and not before`,
    judge(timeline) {
      const sent = requestNamed(timeline, request);
      if (sent === undefined) return moot(whatStoppedThePlay(timeline) ?? `"${request}" was never sent`);
      const firing = watch(timeline, role).alerts.filter(({ fields }) => fields.state === 'firing');
      const early = firing.find(({ line }) => line.atMs < sent.atMs);
      if (early !== undefined) {
        return broken(`no alert before "${request}"`, early.line.text.slice(0, 200), {
          evidence: evidenceOf(timeline, [early]),
        });
      }
      return judgeFirst(timeline, role, firing);
    },
  }),

  fires: (): Claim => ({
    text: `the rule "${role}" fires`,
    judge: (timeline) =>
      judgeFirst(
        timeline,
        role,
        watch(timeline, role).alerts.filter(({ fields }) => fields.state === 'firing'),
      ),
  }),

  /** Each of its alerts carries the rule's metric and threshold, and a value on the right side of it. */
  tellsMetricValueAndThreshold: (): Claim => ({
    text: `each alert of "${role}" carries its metric, its threshold, and the value that went above or came back`,
    judge(timeline) {
      const { rule: text, alerts } = watch(timeline, role);
      if (alerts.length === 0) return moot(whatStoppedThePlay(timeline) ?? `"${role}" never alerted`);
      const wrong = alerts.find(({ fields: { metric, above, value, state } }) => {
        const onItsSide = state === 'firing' ? Number(value) > text.above : Number(value) <= text.above;
        return metric !== text.metric || above !== text.above || typeof value !== 'number' || !onItsSide;
      });
      if (wrong === undefined) return holds;
      return broken(
        `"metric":"${text.metric}", "above":${text.above}, and a value above it while firing, not above it when resolved`,
        wrong.line.text.slice(0, 200),
        { evidence: evidenceOf(timeline, [wrong]) },
      );
    },
  }),
});

/** A play that stopped for another reason says nothing; one that waited for the alert itself in vain does. */
function judgeFirst(timeline: Timeline, role: string, firing: readonly EventLine[]): Judgement {
  if (firing.length > 0) return holds;
  const missed = missedMilestone(timeline);
  const stopped = whatStoppedThePlay(timeline);
  if (stopped !== undefined && missed?.milestone !== 'says alert') return moot(stopped);
  const { name } = ruleNamed(timeline, role);
  return broken(
    `a line {"event":"alert","name":"${name}",...,"state":"firing"}`,
    'no such line was printed',
    { onTimeAlone: missed?.onTime === true },
  );
}

/** Where a change came with the very last snapshot, its line may have been cut off by the scenario's end. */
function isWithoutItsEnd(
  due: readonly unknown[],
  said: readonly unknown[],
  { mayBeCut }: { mayBeCut: boolean },
): boolean {
  const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.join() === b.join();
  return same(due, said) || (mayBeCut && same(due.slice(0, -1), said));
}
