import type { IpcMessage, Timeline } from '../../timeline/events.ts';
import { type Fields, fieldsOf, jobsNamed, type SentJob } from '../../timeline/jobs.ts';
import { endOf, missedMilestone } from '../../timeline/questions.ts';
import { broken, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';

/** The result that came last, of whichever of these jobs. */
export const lastResultOf = (sent: readonly SentJob[]): IpcMessage | undefined =>
  sent
    .flatMap(({ results }) => results)
    .reduce<IpcMessage | undefined>(
      (last, result) => (last === undefined || result.atMs > last.atMs ? result : last),
      undefined,
    );

/** That results are missing is for another claim to say; here they are only not there to be judged. */
export function holdsIfSeen(timeline: Timeline, name: string): Judgement {
  const sent = jobsNamed(timeline, name);
  if (sent.length > 0 && sent.every(({ results }) => results.length > 0)) return holds;
  return moot(whatStoppedThePlay(timeline) ?? `not every job "${name}" was answered`);
}

/** Each job of the group has one result, which is accepted. */
export function judgeResults(
  timeline: Timeline,
  name: string,
  { expected, accepts }: { expected: string; accepts: (job: SentJob, result: Fields) => boolean },
): Judgement {
  const sent = jobsNamed(timeline, name);
  const stopped = whatStoppedThePlay(timeline);
  if (sent.length === 0) return moot(stopped ?? `no job "${name}" was sent`);
  for (const job of sent) {
    const [first, second] = job.results;
    const evidence = [job.sent, ...job.results].map((event) => timeline.events.indexOf(event));
    if (second !== undefined)
      return broken(`${expected} for ${described(job)}`, `${job.results.length} results`, { evidence });
    const result = fieldsOf(first?.message, 'result');
    if (result !== undefined && !accepts(job, result)) {
      return broken(`${expected} for ${described(job)}`, JSON.stringify(result).slice(0, 200), { evidence });
    }
  }
  const open = sent.find(({ results }) => results.length === 0);
  if (open === undefined) return holds;
  return judgeOpen(timeline, open, expected);
}

/** A job without a result is a finding where the scenario waited for it, or where the program is over. */
function judgeOpen(timeline: Timeline, open: SentJob, expected: string): Judgement {
  const missed = missedMilestone(timeline);
  const waitedForResults = missed?.milestone.startsWith('sends result') === true;
  const end = endOf(timeline);
  const endedItself = end !== undefined && end.because === undefined;
  if (missed !== undefined && !waitedForResults && !endedItself && missed.milestone !== 'gone')
    return moot(missed.text);
  return broken(
    `${expected} for ${described(open)}`,
    endedItself ? 'none before the program was over' : 'none',
    {
      evidence: [timeline.events.indexOf(open.sent)],
      onTimeAlone: missed?.onTime === true && !endedItself,
    },
  );
}

const described = ({ id, task }: SentJob): string =>
  `the job "${id}" (${JSON.stringify(task).slice(0, 100)})`;
