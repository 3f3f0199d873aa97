import type { Timeline } from '../../timeline/events.ts';
import { eventsOf, outcomeOf, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { figureOf, type Snapshot, snapshotsIn } from './snapshots.ts';

/** One block of the loop that lay wholly inside a sample, and the two snapshots after it. */
interface Block {
  readonly ms: number;
  /** From our request until the loop answered again, so never less than the block. */
  readonly seenMs: number;
  readonly first: Snapshot;
  readonly second: Snapshot;
}

/** The name of the request that is answered once the block of that name is over. */
export const afterThe = (block: string): string => `after ${block}`;

function blocksIn(timeline: Timeline, app: string): Block[] {
  const all = snapshotsIn(timeline, { app });
  return eventsOf(timeline, 'request').flatMap((request) => {
    if (request.app !== app || !request.path.startsWith('/load/block')) return [];
    const over = outcomeOf(timeline, afterThe(request.name));
    if (over === undefined) return [];
    if (all.some(({ atMs }) => atMs > request.atMs && atMs <= over.atMs)) return [];
    const [first, second] = all.filter(({ atMs }) => atMs > over.atMs);
    if (first === undefined || second === undefined) return [];
    const ms = Number(new URL(request.path, 'http://localhost').searchParams.get('ms'));
    return [{ ms, seenMs: over.atMs - request.atMs, first, second }];
  });
}

/** Of several blocks in one sample, the longest is the one that counts. */
function longestOfEachSample(blocks: readonly Block[]): Block[] {
  const longest = new Map<number, Block>();
  for (const block of blocks) {
    const { index } = block.first;
    if (block.ms > (longest.get(index)?.ms ?? 0)) longest.set(index, block);
  }
  return [...longest.values()];
}

// A probe that looks every 20 ms may have begun its wait that long before the block.
const shortByMs = 25;
// A block ends late, and is seen late, where the machine is busy; what lies before and after it is no part of it.
const longByMs = 40;
// A stall of the machine grows with its slowness, and so do our blocks: a part of them is allowed where that is more.
const longByShare = 0.3;
const smallShareOfTheBlock = 0.5;

/**
 * Claims about what a figure says of blocks. One of several decides nothing: a machine may stall without any block. So
 * what is too long is broken on time alone; what is too short is no machine's fault.
 */
export const lag = (field: string, app = theApp) => ({
  /** Of several blocks between two snapshots the longest, and not the last or their sum. */
  showsEachBlock: (): Claim => ({
    text: `${field} shows a block in the first snapshot after it`,
    judge: (timeline) =>
      judgeAll(
        timeline,
        longestOfEachSample(blocksIn(timeline, app)),
        atLeastHalf,
        ({ ms, seenMs, first }) => {
          const said = figureOf(first, field);
          // A load may begin a little after its answer, and ours then came back before it.
          const longestMs = Math.max(ms, seenMs) + Math.max(longByMs, ms * longByShare);
          return {
            fits: said >= ms - shortByMs && said <= longestMs,
            isLong: said > longestMs,
            expected: `about ${ms} ms`,
            seen: `${field} was ${said.toFixed(1)} in the first snapshot after it`,
            snapshot: first,
          };
        },
      ),
  }),

  isSmallAgain: (): Claim => ({
    text: `${field} is small again in the second snapshot after a block`,
    judge: (timeline) =>
      judgeAll(timeline, blocksIn(timeline, app), every, ({ ms, second }) => {
        const said = figureOf(second, field);
        return {
          fits: said < ms * smallShareOfTheBlock,
          isLong: said >= ms * smallShareOfTheBlock,
          expected: `much less than the ${ms} ms of the block`,
          seen: `${field} was ${said.toFixed(1)} in the second snapshot after it`,
          snapshot: second,
        };
      }),
  }),
});

interface Look {
  readonly fits: boolean;
  readonly isLong: boolean;
  readonly expected: string;
  readonly seen: string;
  readonly snapshot: Snapshot;
}

type Enough = (wrong: number, all: number) => boolean;
const atLeastHalf: Enough = (wrong, all) => wrong * 2 >= all;
// A figure that stays up does so after every block, and a stall of the machine does not.
const every: Enough = (wrong, all) => wrong === all;

function judgeAll(
  timeline: Timeline,
  blocks: readonly Block[],
  isEnough: Enough,
  look: (block: Block) => Look,
): Judgement {
  if (blocks.length === 0) return moot(whatStoppedThePlay(timeline) ?? 'no block lay wholly inside a sample');
  const looks = blocks.map(look);
  const wrong = looks.filter(({ fits }) => !fits);
  if (!isEnough(wrong.length, looks.length)) return holds;
  return broken(wrong.map(({ expected }) => expected).join(', '), wrong.map(({ seen }) => seen).join('; '), {
    evidence: wrong.map(({ snapshot }) => snapshot.index),
    onTimeAlone: wrong.every(({ isLong }) => isLong),
  });
}
