import type { Pitfall } from '../grading/pitfall.ts';
import { renderPage } from '../report/html-page.ts';
import { isAsClaimed, type PlayedPitfall, type PlayedSide } from './play-pitfall.ts';

/** Both programs of a pitfall on one page, over one time axis. */
export function renderPitfallPage(
  { id, title, stimulus, difference }: Pitfall,
  played: PlayedPitfall,
): string {
  const asClaimed = isAsClaimed(played);
  return renderPage({
    title: `Pitfall ${Number.parseInt(id, 10)}: ${title}`,
    subtitle: 'A wrong and a right program, and the same stimulus for both.',
    sections: [
      {
        id,
        heading: title,
        outcome: asClaimed ? 'played' : 'failed',
        texts: [
          stimulus,
          ...claimsOf('wrong.js', played.wrong),
          ...claimsOf('right.js', played.right),
          asClaimed ? difference : `What should have been seen: ${difference}`,
        ],
        timelines: [
          { name: 'wrong.js', timeline: played.wrong.timeline },
          { name: 'right.js', timeline: played.right.timeline },
        ],
      },
    ],
  });
}

const claimsOf = (name: string, { claims }: PlayedSide): string[] =>
  claims.map(({ text, holds }) => `${name}: ${text}${holds ? '' : ': this was claimed, and was not seen'}.`);
