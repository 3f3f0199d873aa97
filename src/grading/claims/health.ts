import { OverTooSoon } from '../../stage/milestone.ts';
import type { Answer, Timeline } from '../../timeline/events.ts';
import { eventsOf, numericSetting, requestNamed } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { ruleNamed, rulesIn } from './alerts.ts';
import { figureOf, type Snapshot, snapshotsIn } from './snapshots.ts';

interface Body {
  readonly status?: unknown;
  readonly metrics?: Readonly<Record<string, unknown>>;
  readonly alerts?: unknown;
}

/** The body of a health answer, or an empty one where it is no JSON object. */
export function healthIn(answer: Answer): Body {
  try {
    const body: unknown = JSON.parse(answer.body);
    return typeof body === 'object' && body !== null ? (body as Body) : {};
  } catch {
    return {};
  }
}

// A figure may be taken anew for the answer, and memory moves meanwhile.
const mayHaveMoved = 0.1;
// A line may be a sample older or newer than the answer beside it.
const fewSnapshots = 3;

/** Claims about the answers to health requests of that name, or of that name and more; the last one where not said otherwise. */
export const health = (name: string) => ({
  /** Near one of the last snapshots. */
  showsTheFigure: (metric: string): Claim => ({
    text: `/health shows the ${metric} of the last sample`,
    judge: (timeline) =>
      judgeLast(timeline, name, (answer, evidence) => {
        const figures = snapshotsIn(timeline)
          .slice(-fewSnapshots)
          .map((snapshot) => figureOf(snapshot, metric))
          .filter(Number.isFinite);
        if (figures.length === 0) return moot(`no snapshot carried ${metric} as a number`);
        const said = Number(healthIn(answer).metrics?.[metric]);
        const [least, most] = [Math.min(...figures), Math.max(...figures)];
        if (said >= least * (1 - mayHaveMoved) && said <= most * (1 + mayHaveMoved)) return holds;
        return broken(
          `${least.toFixed(1)} to ${most.toFixed(1)}, as in the snapshots`,
          `${metric}: ${JSON.stringify(healthIn(answer).metrics?.[metric])}`,
          { evidence },
        );
      }),
  }),

  says: (code: 200 | 503, { firing = [] }: { firing?: readonly string[] } = {}): Claim => {
    const whose = firing.map((role) => `"${role}"`).join(' and ');
    return {
      text: `/health says ${statusFor(code)} with code ${code}${whose && `, and that ${whose} fire`}`,
      judge: (timeline) =>
        judgeLast(timeline, name, (answer, evidence) =>
          saysIt(timeline, answer, { code, firing })
            ? holds
            : broken(...expectedAndSeen(timeline, answer, { code, firing }), { evidence }),
        ),
    };
  },

  /**
   * Looks only at answers that came while the program's own snapshots left no doubt: the last one before the request
   * showed just these rules above, and no further one came until the answer. The majority of them decides.
   */
  followsTheSnapshots: (code: 200 | 503, { firing = [] }: { firing?: readonly string[] } = {}): Claim => ({
    text: `/health answers ${code} ${firing.length > 0 ? 'with the names of the firing rules ' : ''}between two samples that say so`,
    judge(timeline) {
      const asked = answersNamed(timeline, name).filter((answer) => isPlain(timeline, answer, firing));
      const wrong = asked.filter((answer) => !saysIt(timeline, answer, { code, firing }));
      const [first] = wrong;
      if (asked.length === 0) {
        const wasShown = snapshotsIn(timeline).some((snapshot) => showsAbove(timeline, snapshot, firing));
        if (wasShown && whatStoppedThePlay(timeline) === undefined) {
          throw new OverTooSoon('No answer of /health came clearly between two samples.');
        }
        return moot(whatStoppedThePlay(timeline) ?? 'no snapshot showed the metric where it had to be');
      }
      if (first === undefined || wrong.length * 2 < asked.length) return holds;
      return broken(...expectedAndSeen(timeline, first, { code, firing }), {
        evidence: wrong.map((answer) => timeline.events.indexOf(answer)),
      });
    },
  }),

  /** The code alone, where a contract leaves the body open. */
  hasCode: (code: 200 | 503): Claim => ({
    text: `/health answers with code ${code}`,
    judge: (timeline) =>
      judgeLast(timeline, name, (answer, evidence) =>
        answer.status === code
          ? holds
          : broken(`code ${code}`, `code ${answer.status} and ${answer.body.slice(0, 300)}`, { evidence }),
      ),
  }),

  hasFiniteNumbers: (metrics: readonly string[]): Claim => ({
    text: `/health carries ${metrics.join(', ')} as finite numbers`,
    judge: (timeline) =>
      judgeLast(timeline, name, (answer, evidence) => {
        const said = healthIn(answer).metrics ?? {};
        const missing = metrics.filter((metric) => !Number.isFinite(said[metric]));
        if (missing.length === 0) return holds;
        return broken(
          `numbers for ${metrics.join(', ')}`,
          `none for ${missing.join(', ')}: ${answer.body.slice(0, 300)}`,
          { evidence },
        );
      }),
  }),
});

interface Said {
  readonly code: 200 | 503;
  readonly firing: readonly string[];
}

const statusFor = (code: 200 | 503): string => (code === 200 ? 'healthy' : 'degraded');

const namesOf = (timeline: Timeline, firing: readonly string[]): string[] =>
  firing.map((role) => ruleNamed(timeline, role).name).sort();

function saysIt(timeline: Timeline, answer: Answer, { code, firing }: Said): boolean {
  const { status, alerts } = healthIn(answer);
  const said = Array.isArray(alerts) ? [...alerts].sort() : undefined;
  return (
    answer.status === code &&
    status === statusFor(code) &&
    said?.join('\n') === namesOf(timeline, firing).join('\n')
  );
}

const expectedAndSeen = (timeline: Timeline, answer: Answer, { code, firing }: Said): [string, string] => [
  `code ${code} and {"status":"${statusFor(code)}",...,"alerts":${JSON.stringify(namesOf(timeline, firing))}}`,
  `code ${answer.status} and ${answer.body.slice(0, 300)}`,
];

// A line and an answer come on channels of their own: so close together, beside the pace, they have no order between them.
const apartShareOfAGap = 0.2;

function isPlain(timeline: Timeline, answer: Answer, firing: readonly string[]): boolean {
  const askedAtMs = requestNamed(timeline, answer.name)?.atMs ?? 0;
  const all = snapshotsIn(timeline);
  const apartMs = (numericSetting(timeline, 'SAMPLE_MS') ?? 0) * apartShareOfAGap;
  const last = all.findLast(({ atMs }) => atMs < askedAtMs);
  if (last === undefined || all.some(({ atMs }) => atMs >= askedAtMs && atMs <= answer.atMs + apartMs))
    return false;
  const next = all.find(({ atMs }) => atMs > answer.atMs);
  if (next !== undefined && isOf(next, answer) && !isOf(last, answer)) return false;
  return showsAbove(timeline, last, firing);
}

/** That an answer has the figures of this very sample: its line may come long after it where the program is starved. */
function isOf(snapshot: Snapshot, answer: Answer): boolean {
  const said = healthIn(answer).metrics ?? {};
  const names = Object.keys(said).filter((metric) => typeof said[metric] === 'number');
  return names.length > 0 && names.every((metric) => said[metric] === figureOf(snapshot, metric));
}

/** That just these rules are above in a snapshot, and no others. */
function showsAbove(timeline: Timeline, snapshot: Snapshot, firing: readonly string[]): boolean {
  const above = rulesIn(timeline).filter((rule) => figureOf(snapshot, rule.metric) > rule.above);
  return (
    above
      .map(({ name }) => name)
      .sort()
      .join('\n') === namesOf(timeline, firing).join('\n')
  );
}

const answersNamed = (timeline: Timeline, name: string): Answer[] =>
  eventsOf(timeline, 'answer').filter((answer) => answer.name === name || answer.name.startsWith(`${name} `));

function judgeLast(
  timeline: Timeline,
  name: string,
  judge: (answer: Answer, evidence: number[]) => Judgement,
): Judgement {
  const last = answersNamed(timeline, name).at(-1);
  const cutOff = eventsOf(timeline, 'request-failed').find((failed) => failed.name === name);
  if (cutOff !== undefined && cutOff.code !== 'GIVEN_UP') {
    return broken('an answer', `the request failed with ${cutOff.code}`, {
      evidence: [timeline.events.indexOf(cutOff)],
    });
  }
  if (last === undefined) {
    return moot(whatStoppedThePlay(timeline) ?? `no request "${name}" was answered`);
  }
  return judge(last, [timeline.events.indexOf(last)]);
}
