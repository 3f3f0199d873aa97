import type { Timeline } from '../timeline/events.ts';
import { describeEvent } from './describe-event.ts';
import { behaviour, style } from './html-parts.ts';
import { lanesOf } from './lanes.ts';
import { escapeHtml, renderSvg } from './svg.ts';

/** Tells a page of ours from whatever else stands under its name. */
export const pageMark = '<meta name="generator" content="proc-course">';

/** One timeline on a page, with what is to be said above it. */
export interface PictureSection {
  readonly id: string;
  readonly heading: string;
  /** How it came out, in a word that is shown beside the heading. */
  readonly outcome: 'passed' | 'failed' | 'moot' | 'unstable' | 'trouble' | 'played';
  /** Whole sentences, each a paragraph. */
  readonly texts: readonly string[];
  /** Drawn over one time axis, so that several can be compared. */
  readonly timelines: readonly { readonly name: string; readonly timeline: Timeline }[];
}

/** A page that needs nothing beside itself: pictures to zoom and to point at, and the same as lists of events. */
export function renderPage({
  title,
  subtitle,
  sections,
}: {
  title: string;
  subtitle: string;
  sections: readonly PictureSection[];
}): string {
  const index = sections.map(
    ({ id, heading, outcome }) =>
      `<li class="${outcome}"><a href="#${escapeHtml(id)}">${escapeHtml(heading)}</a> <span class="outcome">${outcome}</span></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${pageMark}
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(subtitle)}</p>
<p class="tools" hidden><button type="button" id="theme">Light or dark</button> Wheel with Ctrl, or + and −, zooms a picture; pointing at a part tells all of it.</p>
</header>
<nav aria-label="Contents"><ul>
${index.join('\n')}
</ul></nav>
<main>
${sections.map(renderSection).join('\n')}
</main>
<p id="tip" role="status" aria-live="polite"></p>
<script>${behaviour}</script>
</body>
</html>
`;
}

function renderSection({ id, heading, outcome, texts, timelines }: PictureSection): string {
  const untilMs = Math.max(0, ...timelines.map(({ timeline }) => lanesOf(timeline).endMs));
  return `<section id="${escapeHtml(id)}" class="${outcome}">
<h2>${escapeHtml(heading)} <span class="outcome">${outcome}</span></h2>
${texts.map((text) => `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`).join('\n')}
${timelines.map(({ name, timeline }) => renderTimeline(name, timeline, untilMs)).join('\n')}
</section>`;
}

const renderTimeline = (name: string, timeline: Timeline, untilMs: number): string => `<figure>
<figcaption>${escapeHtml(name)} <span class="zoom" hidden><button type="button" data-zoom="2" aria-label="Zoom in">+</button> <button type="button" data-zoom="0.5" aria-label="Zoom out">−</button></span></figcaption>
<div class="picture">${renderSvg(timeline, name, untilMs)}</div>
<details><summary>The same as a list of ${timeline.events.length} events</summary>
<table><thead><tr><th scope="col">ms</th><th scope="col">who</th><th scope="col">what</th></tr></thead><tbody>
${timeline.events
  .map((event) => {
    const { teller, text } = describeEvent(event);
    return `<tr><td>${Math.round(event.atMs)}</td><td>${teller}</td><td>${escapeHtml(text)}</td></tr>`;
  })
  .join('\n')}
</tbody></table></details>
</figure>`;
