import type { Ended, SignalSent, TimelineEvent } from '../timeline/events.ts';
import { escapeControls } from './escape.ts';

/** Who an event is told by: the program itself, what we did, or what the operating system shows. */
export type Teller = 'stdout' | 'stderr' | 'ipc' | 'we' | 'system';

export interface DescribedEvent {
  readonly teller: Teller;
  readonly text: string;
}

/** One event in one line, safe to show: what a program printed is escaped. */
export function describeEvent(event: TimelineEvent): DescribedEvent {
  switch (event.kind) {
    case 'started':
      return we(`started the program, pid ${event.pid}${settingsOf(event.settings)}`);
    case 'line':
      return {
        teller: event.stream,
        text: `${escapeControls(event.text)}${event.cut ? ' (the rest of this line was dropped)' : ''}`,
      };
    case 'capped':
      return system(`${event.droppedBytes} bytes more on ${event.stream} were counted and not kept`);
    case 'signal':
      return we(
        `sent ${event.signal}${targetOf(event)}${event.delivered ? '' : `, but the ${event.to === 'descendant' ? 'process' : 'program'} was gone`}`,
      );
    case 'request':
      return we(
        `asked ${event.method} ${escapeControls(event.path)}${event.on === undefined ? '' : ` on the connection "${event.on}"`}, as "${event.name}"`,
      );
    case 'answer':
      return we(
        `got status ${event.status} for "${event.name}"${event.body === '' ? ', without a body' : `: ${escapeControls(event.body.slice(0, 120))}`}`,
      );
    case 'request-failed':
      return we(
        event.code === 'GIVEN_UP'
          ? `gave up "${event.name}"`
          : `got no answer for "${event.name}": ${escapeControls(event.code)}`,
      );
    case 'connection':
      return we(`saw the connection "${event.name}" ${event.state}`);
    case 'message':
      return event.direction === 'sent'
        ? we(`sent the message ${jsonOf(event.message)}`)
        : { teller: 'ipc', text: jsonOf(event.message) };
    case 'channel-closed':
      return event.by === 'us' ? we('closed the IPC channel') : system('the IPC channel was closed');
    case 'sample':
      return system(
        `${event.rssMB.toFixed(1)} MB resident, ${event.cpuMs} ms of CPU time, ${event.children.length} children`,
      );
    case 'fact':
      return system(`${event.name}: ${jsonOf(event.value)}`);
    case 'ended':
      return system(howItEnded(event));
    case 'process':
      return system(
        event.state === 'seen'
          ? `the program has started a process: ${escapeControls(event.command)}, pid ${event.pid}`
          : `its process ${event.pid} is gone`,
      );
    case 'left-behind':
      return system(
        `left behind: ${event.processes.map(({ pid, command }) => `${escapeControls(command)}, pid ${pid}`).join('; ')}`,
      );
    case 'limit':
      return we(`ended the program, because ${event.text}`);
    case 'milestone-missed':
      return we(`stopped waiting: ${escapeControls(event.text)}`);
  }
}

/** Exit code, death by signal, or ended by us: never mixed. */
export function howItEnded({ code, signal, because }: Ended): string {
  if (because !== undefined) return `the program was ended by us, because ${escapeControls(because)}`;
  return signal === null ? `the program ended with exit code ${code}` : `the program was killed by ${signal}`;
}

const we = (text: string): DescribedEvent => ({ teller: 'we', text });
const system = (text: string): DescribedEvent => ({ teller: 'system', text });

const jsonOf = (value: unknown): string =>
  escapeControls((JSON.stringify(value) ?? 'undefined').slice(0, 200));

function settingsOf(settings: Readonly<Record<string, string>>): string {
  const entries = Object.entries(settings);
  return entries.length === 0
    ? ''
    : `, with ${entries.map(([name, value]) => `${name}=${escapeControls(value)}`).join(' ')}`;
}

function targetOf({ to, pid }: SignalSent): string {
  if (to === 'descendant') return ` to its process ${pid}`;
  return to === 'group' ? ' to the whole group' : '';
}
