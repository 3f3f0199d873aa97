import type { Claim } from '../grading/claim.ts';
import type { Pitfall } from '../grading/pitfall.ts';
import type { Theatre } from '../stage/stage.ts';
import type { Timeline } from '../timeline/events.ts';
import { playFresh } from './play-fresh.ts';

/** One program of a pitfall after its play: what was seen, and which claims it showed. */
export interface PlayedSide {
  readonly timeline: Timeline;
  readonly claims: readonly { readonly text: string; readonly holds: boolean }[];
}

export interface PlayedPitfall {
  readonly wrong: PlayedSide;
  readonly right: PlayedSide;
}

export interface PitfallPlay {
  readonly theatre: Theatre;
  readonly seed: number;
  readonly files: { readonly wrong: string; readonly right: string };
  /** Called before each play. */
  readonly onSide?: (side: 'wrong' | 'right') => void;
}

/** Gives the same stimulus, with the same drawn values, to both programs, one after the other: neither disturbs the other. */
export async function playPitfall(
  pitfall: Pitfall,
  { files, onSide, ...how }: PitfallPlay,
): Promise<PlayedPitfall> {
  const stretch = how.theatre.pace.slowness;
  const play = async (side: 'wrong' | 'right'): Promise<PlayedSide> => {
    onSide?.(side);
    const program = { file: files[side], nodeFlags: [] };
    return await playFresh(pitfall, { ...how, program, stretch }, (timeline) => ({
      timeline,
      claims: pitfall[side].map((claim: Claim) => ({
        text: claim.text,
        holds: claim.judge(timeline).outcome === 'holds',
      })),
    }));
  };
  return { wrong: await play('wrong'), right: await play('right') };
}

/** Both programs showed all that is claimed of them. */
export const isAsClaimed = ({ wrong, right }: PlayedPitfall): boolean =>
  [...wrong.claims, ...right.claims].every(({ holds }) => holds);
