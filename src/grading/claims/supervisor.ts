import { eventLines } from '../../timeline/event-line.ts';
import type { IpcMessage, Timeline } from '../../timeline/events.ts';
import { eventsOf, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { type AskedFault, askedFault } from './asked-fault.ts';

/** Claims about what a program tells its supervisor over the IPC channel. */
export const supervisor = (app = theApp) => {
  const messages = (timeline: Timeline, type: string): IpcMessage[] =>
    eventsOf(timeline, 'message').filter(
      ({ app: from, direction, message }) =>
        from === app && direction === 'received' && (message as { type?: unknown } | null)?.type === type,
    );
  const evidenceOf = (timeline: Timeline, found: IpcMessage[]): number[] =>
    found.map((message) => timeline.events.indexOf(message));

  return {
    isToldThatItIsReady: (): Claim => ({
      text: 'the supervisor is told that the program is ready, and on which port',
      judge(timeline) {
        const port = eventLines(timeline, { event: 'ready', app })[0]?.fields.port;
        if (port === undefined) return moot(whatStoppedThePlay(timeline) ?? 'the program never got ready');
        const found = messages(timeline, 'ready');
        if (found.some(({ message }) => (message as { port?: unknown }).port === port)) return holds;
        return broken(`a message {"type":"ready","port":${port}}`, shown(found), {
          evidence: evidenceOf(timeline, found),
        });
      },
    }),

    /** The reason holds the message of the fault that the request asked for, where what was thrown holds it. */
    isAskedOnceForARestart: (request: string): Claim => ({
      text: `the supervisor is asked once for a restart, with the reason of "${request}"`,
      judge: (timeline) =>
        aboutRestart(timeline, request, (found, { readable, holdsItsMessage }) => {
          const isGiven = !holdsItsMessage || reasonOf(found[0]?.message).includes(readable);
          if (found.length === 1 && isGiven) return holds;
          const reason = holdsItsMessage ? ` that holds "${readable}"` : '';
          return broken(
            `one message {"type":"restart-request","reason":...}${reason}`,
            found.length > 1 ? `${found.length} of them` : shown(found),
            { evidence: evidenceOf(timeline, found) },
          );
        }),
    }),

    isToldNoSecretOf: (request: string): Claim => ({
      text: `the restart request of "${request}" does not show the secrets of the message`,
      judge: (timeline) =>
        aboutRestart(timeline, request, (found, { readable, secrets }) => {
          if (!found.some(({ message }) => reasonOf(message).includes(readable)))
            return moot('no restart request tells of the error');
          const leaks = secrets.some((secret) => JSON.stringify(found).includes(secret));
          return leaks
            ? broken('the values of password= and token= masked', shown(found), {
                evidence: evidenceOf(timeline, found),
              })
            : holds;
        }),
    }),

    isNotAskedForARestart: (): Claim => ({
      text: 'the supervisor is not asked for a restart',
      judge(timeline) {
        const found = messages(timeline, 'restart-request');
        if (found.length > 0)
          return broken('no restart request', shown(found), { evidence: evidenceOf(timeline, found) });
        const stopped = whatStoppedThePlay(timeline);
        return stopped === undefined ? holds : moot(stopped);
      },
    }),
  };

  function aboutRestart(
    timeline: Timeline,
    request: string,
    judge: (found: IpcMessage[], fault: AskedFault) => Judgement,
  ): Judgement {
    const fault = askedFault(timeline, request);
    const stopped = whatStoppedThePlay(timeline);
    if (fault === undefined || stopped !== undefined) return moot(stopped ?? `"${request}" was never sent`);
    return judge(messages(timeline, 'restart-request'), fault);
  }
};

const reasonOf = (message: unknown): string => {
  const reason = (message as { reason?: unknown } | null | undefined)?.reason;
  return typeof reason === 'string' ? reason : '';
};

const shown = (messages: IpcMessage[]): string =>
  messages.length === 0 ? 'no such message' : JSON.stringify(messages[0]?.message).slice(0, 200);
