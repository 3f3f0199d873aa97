import { describe, expect, test } from 'vitest';
import { describeEvent } from '../../src/report/describe-event.ts';
import type { TimelineEvent, Unstamped } from '../../src/timeline/events.ts';
import { answers, asks, ends, fails, misses, prints, says, signal, started } from '../timeline-by-hand.ts';

const told = (event: Unstamped) => describeEvent({ ...event, atMs: 1 } as TimelineEvent);
const message = (direction: 'sent' | 'received', value: unknown): Unstamped => ({
  kind: 'message',
  app: 'app',
  direction,
  message: value,
});

const rows: readonly (readonly [Unstamped, teller: string, text: string])[] = [
  [started(), 'we', 'started the program, pid 100'],
  [started({ PORT: '0', A: 'x\u001by' }), 'we', 'started the program, pid 100, with PORT=0 A=x\\x1by'],
  [says('ready', { port: 1 }), 'stdout', '{"event":"ready","port":1}'],
  [prints('\u001b[2Jno', 'stderr'), 'stderr', '\\x1b[2Jno'],
  [{ ...prints('a'), cut: true } as Unstamped, 'stdout', 'a (the rest of this line was dropped)'],
  [
    { kind: 'capped', app: 'app', stream: 'stderr', keptBytes: 9, droppedBytes: 8 },
    'system',
    '8 bytes more on stderr were counted and not kept',
  ],
  [signal('SIGTERM'), 'we', 'sent SIGTERM'],
  [{ ...signal('SIGINT'), to: 'group' } as Unstamped, 'we', 'sent SIGINT to the whole group'],
  [{ ...signal('SIGINT'), delivered: false } as Unstamped, 'we', 'sent SIGINT, but the program was gone'],
  [asks('slow', '/slow?ms=5'), 'we', 'asked GET /slow?ms=5, as "slow"'],
  [{ ...asks('a', '/'), on: 'client' } as Unstamped, 'we', 'asked GET / on the connection "client", as "a"'],
  [answers('slow', 200, 'x\ny'), 'we', 'got status 200 for "slow": x\\x0ay'],
  [answers('slow', 204, ''), 'we', 'got status 204 for "slow", without a body'],
  [answers('slow', 503, 'x'.repeat(500)), 'we', `got status 503 for "slow": ${'x'.repeat(120)}`],
  [fails('slow', 'ECONNRESET'), 'we', 'got no answer for "slow": ECONNRESET'],
  [fails('slow', 'GIVEN_UP'), 'we', 'gave up "slow"'],
  [{ kind: 'connection', name: 'idle', state: 'refused' }, 'we', 'saw the connection "idle" refused'],
  [message('sent', { type: 'ping' }), 'we', 'sent the message {"type":"ping"}'],
  [message('received', { type: '\u202e' }), 'ipc', '{"type":"\\u{202e}"}'],
  [message('received', null), 'ipc', 'null'],
  [message('received', undefined), 'ipc', 'undefined'],
  [message('received', 'x'.repeat(500)), 'ipc', `"${'x'.repeat(199)}`],
  [{ kind: 'channel-closed', app: 'app', by: 'us' }, 'we', 'closed the IPC channel'],
  [{ kind: 'channel-closed', app: 'app', by: 'program' }, 'system', 'the IPC channel was closed'],
  [
    { kind: 'sample', app: 'app', pid: 1, rssMB: 45.67, cpuMs: 30, children: [2, 3] },
    'system',
    '45.7 MB resident, 30 ms of CPU time, 2 children',
  ],
  [{ kind: 'fact', name: 'helpers', value: [1] }, 'system', 'helpers: [1]'],
  [ends(0), 'system', 'the program ended with exit code 0'],
  [ends(null, 'SIGTERM'), 'system', 'the program was killed by SIGTERM'],
  [ends(null, 'SIGKILL', 'it hung'), 'system', 'the program was ended by us, because it hung'],
  [
    {
      kind: 'left-behind',
      app: 'app',
      processes: [
        { pid: 1, command: 'sleep' },
        { pid: 2, command: 'a\u001bb' },
      ],
    },
    'system',
    'left behind: sleep, pid 1; a\\x1bb, pid 2',
  ],
  [{ kind: 'limit', app: 'app', text: 'it grew' }, 'we', 'ended the program, because it grew'],
  [misses('ready'), 'we', 'stopped waiting: it never came to ready'],
];

describe('one event in one line', () => {
  test.each(rows.map(([event, teller, text]) => [event.kind, teller, text, event] as const))(
    '%s, told by %s: %s',
    (_, teller, text, event) => expect(told(event)).toEqual({ teller, text }),
  );

  test('every kind of event is among these', () => {
    expect(new Set(rows.map(([{ kind }]) => kind)).size).toBe(16);
  });

  test('none has a line end or an escape in it', () => {
    for (const [event] of rows) expect(told(event).text).not.toMatch(/[\n\r\u001b]/);
  });
});
