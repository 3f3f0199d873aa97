import type { Timeline } from '../../timeline/events.ts';
import { requestNamed } from '../../timeline/questions.ts';

/** What a scenario asked for with a request such as `POST /fault/throw?message=M`, as far as claims need it. */
export interface AskedFault {
  /** What a readable message holds: the first word of M, or the name of the value that has no message. */
  readonly readable: string;
  /** False where M is not part of what is thrown: null and undefined hold nothing. */
  readonly holdsItsMessage: boolean;
  /** The values after `password=` and `token=` in M. */
  readonly secrets: readonly string[];
  /** False where what is thrown is no Error, and so need not have a stack. */
  readonly isError: boolean;
  readonly requestId: string | undefined;
}

/** Reads the fault from the request of that name; undefined where it was never sent. */
export function askedFault(timeline: Timeline, name: string): AskedFault | undefined {
  const request = requestNamed(timeline, name);
  if (request === undefined) return undefined;
  const { pathname, searchParams } = new URL(request.path, 'http://localhost');
  const message = searchParams.get('message') ?? '';
  const kind = searchParams.get('kind');
  const isNothing = kind === 'null' || kind === 'undefined';
  return {
    readable: isNothing ? kind : (message.split(' ')[0] ?? ''),
    holdsItsMessage: !isNothing,
    secrets: [...message.matchAll(/(?:password|token)=(\w+)/g)].map(([, secret]) => secret as string),
    isError: !pathname.endsWith('-value'),
    requestId: request.headers?.['x-request-id'],
  };
}
