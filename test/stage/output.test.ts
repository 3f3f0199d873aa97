import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/stage/limits.ts';
import { recordLines } from '../../src/stage/output.ts';
import type { Capped, Line } from '../../src/timeline/events.ts';
import { TimelineLog } from '../../src/timeline/log.ts';
import { eventsOf } from '../../src/timeline/questions.ts';
import { fixture, linesOf, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();

/** Feeds the chunks one by one, as a pipe might. */
async function record(...chunks: (string | Buffer)[]): Promise<{ lines: Line[]; capped: Capped[] }> {
  const log = new TimelineLog();
  const source = new PassThrough();
  const done = recordLines(source, { app: 'app', stream: 'stdout', log });
  for (const chunk of chunks) source.write(chunk);
  source.end();
  await done;
  const timeline = log.timeline(0);
  return { lines: eventsOf(timeline, 'line'), capped: eventsOf(timeline, 'capped') };
}

const textsOf = async (...chunks: (string | Buffer)[]): Promise<string[]> =>
  (await record(...chunks)).lines.map(({ text }) => text);

describe('lines', () => {
  test('a line that comes in pieces is one line', async () =>
    expect(await textsOf('on', 'e\ntw', 'o\n')).toEqual(['one', 'two']));
  test('a last line without its end is kept', async () =>
    expect(await textsOf('one\ntwo')).toEqual(['one', 'two']));
  test('an empty line is a line', async () => expect(await textsOf('\n\na\n')).toEqual(['', '', 'a']));
  test('no output is no line', async () => expect(await textsOf()).toEqual([]));
  test('the CR of a CRLF does not belong to the line, even where the two are apart', async () =>
    expect(await textsOf('one\r\ntwo\r', '\nthree\r')).toEqual(['one', 'two', 'three']));
  test('a CR within a line stays', async () => expect(await textsOf('50%\r100%\n')).toEqual(['50%\r100%']));

  test('a character that is split over chunks is whole again', async () => {
    const bytes = Buffer.from('é€😀\n');
    expect(await textsOf(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual(['é€😀']);
  });

  test('bytes that are no UTF-8 become replacement characters, also at the very end', async () => {
    expect(await textsOf(Buffer.from([0x61, 0xff, 0x62, 0x0a]))).toEqual(['a\ufffdb']);
    expect(await textsOf(Buffer.from([0x61, 0xe2, 0x82]))).toEqual(['a\ufffd']);
  });
});

describe('limits of output', () => {
  test('a line beyond the limit is cut and says so, and the next one is whole', async () => {
    const { lines } = await record('x'.repeat(limits.lineBytes), 'yyy', '\nnext\n');
    expect(lines.map(({ text, cut }) => [text.length, cut])).toEqual([
      [limits.lineBytes, true],
      [4, undefined],
    ]);
  });

  test('what comes after the cap is counted', async () => {
    const chunk = `${'x'.repeat(1_023)}\n`;
    const { lines, capped } = await record(...new Array(1_030).fill(chunk));
    expect(lines).toHaveLength(1_024);
    expect(capped).toMatchObject([{ keptBytes: 1_024 * 1_024, droppedBytes: 6 * 1_024 }]);
  });

  test('nothing is kept after the first that was dropped, however small it is', async () => {
    const large = Buffer.from(`${'x'.repeat(99)}\n`.repeat(6_000));
    const { lines, capped } = await record(large, large, '{"event":"late"}\n');
    expect(lines).toHaveLength(6_000);
    expect(capped).toMatchObject([{ keptBytes: 600_000, droppedBytes: 600_017 }]);
  });

  test('a line whose rest was dropped is cut', async () => {
    const large = Buffer.from(`${'x'.repeat(99)}\n`.repeat(10_000));
    const { lines } = await record(large, '{"event":', Buffer.alloc(100_000, 'y'), '"late"}\n');
    expect(lines.at(-1)).toMatchObject({ text: '{"event":', cut: true });
  });

  test('a million empty lines are not a million events', async () => {
    const { lines, capped } = await record(...new Array(100).fill('\n'.repeat(1_000)));
    expect(lines.length).toBeLessThan(limits.linesPerStream + 2_000);
    expect(capped).toHaveLength(1);
  });
});

describe('the output of a real program', () => {
  test('stdout and stderr are kept apart, and each is in order', async () => {
    await onStage(async (stage) => {
      await stage.start(fixture('prints-on-both-streams')).gone();
      expect(linesOf(stage, 'stdout')).toEqual(['out 1', 'out 2', 'out 3', 'out, and no end of line']);
      expect(linesOf(stage, 'stderr')).toEqual(['err 1', 'err 2', 'err 3']);
    });
  });

  test('a program that prints beyond the cap is read to the end, so that it never waits for us', async () => {
    await onStage(async (stage) => {
      await stage.start(fixture('prints-beyond-the-cap')).gone();
      expect(linesOf(stage, 'stderr')).toEqual(['all of it was taken']);
      const [capped] = seen(stage, 'capped');
      expect(capped).toMatchObject({ stream: 'stdout' });
      expect(Number(capped?.keptBytes) + Number(capped?.droppedBytes)).toBe(3 * 1_024 * 1_024 + 14);
      expect(seen(stage, 'ended')).toMatchObject([{ code: 0 }]);
    });
  });

  test('an endless line is cut', async () => {
    await onStage(async (stage) => {
      await stage.start(fixture('prints-an-endless-line')).gone();
      expect(seen(stage, 'line')).toMatchObject([{ cut: true }, { text: 'the next line' }]);
    });
  });
});
