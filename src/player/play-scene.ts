import { type JudgedPlay, judgePlay } from '../grading/judge.ts';
import type { Scene } from '../grading/lesson.ts';
import { type GradedProgram, playOnce } from '../grading/play.ts';
import { OverTooSoon } from '../stage/milestone.ts';
import type { Theatre } from '../stage/stage.ts';
import type { Timeline, TimelineEvent } from '../timeline/events.ts';

export interface ScenePlay {
  readonly theatre: Theatre;
  readonly program: GradedProgram;
  readonly seed: number;
  /** Called for each event as it is seen. */
  readonly onEvent?: (event: TimelineEvent) => void;
  /** Called where the play begins anew, because something was over before it could be looked at. */
  readonly onAgain?: (reason: string) => void;
}

export interface PlayedScene {
  readonly judged: JudgedPlay;
  readonly timeline: Timeline;
}

const attempts = 3;

/** Plays a scene in a fresh process, again where the machine was too slow for it, and judges what it claims. */
export async function playScene(scene: Scene, { onAgain, ...options }: ScenePlay): Promise<PlayedScene> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const timeline = await playOnce(scene, { ...options, attempt });
      return { judged: judgePlay(scene.expect, timeline), timeline };
    } catch (error) {
      if (!(error instanceof OverTooSoon) || attempt === attempts - 1) throw error;
      onAgain?.(error.message);
    }
  }
}
