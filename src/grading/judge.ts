import type { Finding } from '../report/report.ts';
import type { Timeline } from '../timeline/events.ts';
import { eventsOf, missedMilestone } from '../timeline/questions.ts';
import type { Expectation } from './words.ts';

/** What all claims of one scenario say of one timeline. */
export interface JudgedPlay {
  readonly outcome: 'passed' | 'failed' | 'moot';
  readonly findings: readonly Finding[];
  /** What was missing, where the play is moot. */
  readonly missing?: string;
  /** True where every broken claim missed nothing but an upper bound of time. */
  readonly onTimeAlone: boolean;
  /** True where a claim is broken that other checks stand on. */
  readonly gateIsBroken: boolean;
}

/** Judges every claim, not only the first that is broken; a broken gate is the one thing that is said. */
export function judgePlay(expectations: readonly Expectation[], timeline: Timeline): JudgedPlay {
  const limit = eventsOf(timeline, 'limit')[0];
  if (limit !== undefined) {
    const findings = [beyondTheLimit(limit.text, timeline.events.indexOf(limit))];
    return { outcome: 'failed', findings, onTimeAlone: false, gateIsBroken: true };
  }
  const findings: Finding[] = [];
  let missing: string | undefined;
  let onTimeAlone = true;
  let gateIsBroken = false;
  for (const { claim, because, help, gate } of expectations) {
    const judgement = claim.judge(timeline);
    if (judgement.outcome === 'moot') missing ??= judgement.missing;
    if (judgement.outcome !== 'broken') continue;
    const { expected, seen, evidence } = judgement;
    findings.push({ claim: claim.text, expected, seen, because, help, evidence });
    onTimeAlone &&= judgement.onTimeAlone === true;
    gateIsBroken ||= gate === true;
    // What else is broken here follows from the gate, and would only hide it.
    if (gate === true) break;
  }
  if (findings.length > 0) return { outcome: 'failed', findings, onTimeAlone, gateIsBroken };
  // Nothing is passed of which a part was not seen, even where what was seen is right.
  missing ??= missedMilestone(timeline)?.text;
  return missing === undefined
    ? { outcome: 'passed', findings, onTimeAlone: false, gateIsBroken: false }
    : {
        outcome: 'moot',
        findings,
        missing,
        onTimeAlone: missedMilestone(timeline)?.onTime === true,
        gateIsBroken: false,
      };
}

const beyondTheLimit = (text: string, at: number): Finding => ({
  claim: 'the program stays within the limits that the course sets for every program',
  expected: 'a program of the size that the exercise asks for',
  seen: `we ended it, because ${text}`,
  because:
    'A process that grows without end takes its neighbours on the machine down with it, long before it fails itself.',
  help: 'Look for what is started or kept again and again and never ended or let go.',
  evidence: [at],
});

/** What a learner should know of a play beside its verdict, in whole sentences. */
export function notesOn(timeline: Timeline): string[] {
  const capped = eventsOf(timeline, 'capped').map(
    ({ stream, keptBytes, droppedBytes }) =>
      `The program printed more on ${stream} than is kept: the first ${keptBytes} bytes were read as lines, ${droppedBytes} more were only counted.`,
  );
  const left = eventsOf(timeline, 'left-behind').map(
    ({ processes }) =>
      `The program left ${processes.length === 1 ? 'a process' : `${processes.length} processes`} running when it was over (${processes.map(({ pid, command }) => `${command}, pid ${pid}`).join('; ')}); we ended what it left.`,
  );
  return [...capped, ...left];
}
