import { type JudgedPlay, judgePlay } from '../grading/judge.ts';
import type { Scene } from '../grading/lesson.ts';
import type { Timeline } from '../timeline/events.ts';
import { type FreshPlay, playFresh } from './play-fresh.ts';

export interface PlayedScene {
  readonly judged: JudgedPlay;
  readonly timeline: Timeline;
}

/** Plays a scene in a fresh process, and judges what it claims. */
export const playScene = (scene: Scene, how: FreshPlay): Promise<PlayedScene> =>
  playFresh(scene, how, (timeline) => ({ judged: judgePlay(scene.expect, timeline), timeline }));
