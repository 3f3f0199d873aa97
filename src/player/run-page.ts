import type { Example, Scene } from '../grading/lesson.ts';
import { renderPage } from '../report/html-page.ts';
import type { PlayedScene } from './play-scene.ts';

/** A scene that was played to its end, and what was seen. */
export interface SeenScene extends PlayedScene {
  readonly scene: Scene;
}

/** All scenes of a run as one page with a picture for each, in the order in which they were played. */
export function renderRunPage(example: Example, seen: readonly SeenScene[]): string {
  const sections = seen.map(({ scene, judged, timeline }, index) => ({
    id: `${index + 1}-${scene.id}`,
    heading: `Scene ${example.scenes.indexOf(scene) + 1}: ${scene.title}`,
    outcome: judged.outcome,
    texts: [scene.question, scene.answer],
    timelines: [{ name: scene.id, timeline }],
  }));
  const subtitle = `${example.id}: ${seen.length} of ${example.scenes.length} scenes`;
  return renderPage({ title: example.title, subtitle, sections });
}
