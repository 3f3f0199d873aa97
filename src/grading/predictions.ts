import type { Timeline } from '../timeline/events.ts';
import { endOf, eventsOf, outcomeOf, theApp } from '../timeline/questions.ts';

/** What a learner predicts of a program, and how the real process answers. */
export interface Prediction {
  /** Completes "What is ...?": what has to be typed or chosen. */
  readonly what: string;
  /** The answer, or undefined where the program never came so far. */
  read(timeline: Timeline): string | undefined;
}

/** What `theEnd` answers of a program that had to be ended. */
export const stillRunning = 'still running';

/** How the program ends: an exit code ("0"), a signal's name ("SIGTERM"), or "still running" where we had to end it. */
export const theEnd: Prediction = {
  what: `the exit code, or the signal that kills it, or "${stillRunning}"`,
  read(timeline) {
    const end = endOf(timeline);
    if (end === undefined) return undefined;
    return end.because === undefined ? String(end.signal ?? end.code) : stillRunning;
  },
};

const linesOf = (timeline: Timeline): string[] =>
  eventsOf(timeline, 'line')
    .filter(({ app, stream }) => app === theApp && stream === 'stdout')
    .map(({ text }) => text);

/** All that the program prints on stdout: its lines, joined by line feeds, or "nothing". */
export const theOutput: Prediction = {
  what: 'all that it prints',
  read: (timeline) => linesOf(timeline).join('\n') || 'nothing',
};

/** The last line that the program prints on stdout. */
export const theLastLine: Prediction = {
  what: 'the last line that it prints',
  read: (timeline) => linesOf(timeline).at(-1),
};

/** What comes of a request: its status, or the code of the error that the client sees, such as ECONNRESET. */
export const answerTo = (name: string): Prediction => ({
  what: `what the client gets for "${name}": a status, or an error's code`,
  read(timeline) {
    const outcome = outcomeOf(timeline, name);
    if (outcome === undefined) return undefined;
    return outcome.kind === 'answer' ? String(outcome.status) : outcome.code;
  },
});

/** The last message that the program sends over IPC, as JSON. */
export const theMessage: Prediction = {
  what: 'the message that the parent receives',
  read(timeline) {
    const last = eventsOf(timeline, 'message').findLast(({ direction }) => direction === 'received');
    return last === undefined ? undefined : JSON.stringify(last.message);
  },
};
