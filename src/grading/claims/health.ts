import type { Answer, Timeline } from '../../timeline/events.ts';
import { eventsOf } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { ruleNamed } from './alerts.ts';

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

/** How many rules an answer says are firing; 0 where it does not say. */
export const alertsIn = (answer: Answer): number => {
  const { alerts } = healthIn(answer);
  return Array.isArray(alerts) ? alerts.length : 0;
};

/** Claims about the last answer to a health request of that name, or of that name and a number. */
export const health = (name: string) => ({
  says: (code: 200 | 503, { firing = [] }: { firing?: readonly string[] } = {}): Claim => {
    const status = code === 200 ? 'healthy' : 'degraded';
    const whose = firing.map((role) => `"${role}"`).join(' and ');
    return {
      text: `/health says ${status} with code ${code}${whose && `, and that ${whose} fire`}`,
      judge: (timeline) =>
        judgeLast(timeline, name, (answer, evidence) => {
          const names = firing.map((role) => ruleNamed(timeline, role).name).sort();
          const body = healthIn(answer);
          const said = Array.isArray(body.alerts) ? [...body.alerts].sort() : undefined;
          const fits =
            answer.status === code && body.status === status && said?.join('\n') === names.join('\n');
          if (fits) return holds;
          const expected = `code ${code} and {"status":"${status}",...,"alerts":${JSON.stringify(names)}}`;
          return broken(expected, `code ${answer.status} and ${answer.body.slice(0, 300)}`, { evidence });
        }),
    };
  },

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

function judgeLast(
  timeline: Timeline,
  name: string,
  judge: (answer: Answer, evidence: number[]) => Judgement,
): Judgement {
  const answers = eventsOf(timeline, 'answer').filter(
    (answer) => answer.name === name || answer.name.startsWith(`${name} `),
  );
  const last = answers.at(-1);
  if (last === undefined) {
    return moot(whatStoppedThePlay(timeline) ?? `no request "${name}" was answered`);
  }
  return judge(last, [timeline.events.indexOf(last)]);
}
