import type { Timeline } from '../../timeline/events.ts';
import { endOf, eventsOf, theApp } from '../../timeline/questions.ts';
import { describeEnd } from './exit.ts';

/**
 * How a program ended before it came to what was waited for, with the error that it wrote, as far as it wrote one.
 * Undefined where it is not over, or where we ended it.
 */
export function lastWords(
  timeline: Timeline,
  { before, app = theApp }: { readonly before: string; readonly app?: string },
): { readonly seen: string; readonly evidence: number[] } | undefined {
  const end = endOf(timeline, app);
  if (end === undefined || end.because !== undefined) return undefined;
  const words = eventsOf(timeline, 'line').filter((line) => line.app === app && line.stream === 'stderr');
  const said = words.find((line) => /\w*Error\b/.test(line.text)) ?? words[0];
  return {
    seen: `${describeEnd(end)} before ${before}${said ? `, and said: ${said.text.slice(0, 200)}` : ''}`,
    evidence: [...words, end].map((event) => timeline.events.indexOf(event)),
  };
}
