/**
 * The program did not do what the scenario waited for. The only error inside a scenario that may become a finding
 * about the learner's program; every other one is trouble of ours.
 */
export class Milestone extends Error {
  override readonly name = 'Milestone';
  readonly milestone: string;
  /** True where only the time ran out and the program still ran. */
  readonly onTime: boolean;

  constructor(milestone: string, text: string, { onTime }: { onTime: boolean }) {
    super(text);
    this.milestone = milestone;
    this.onTime = onTime;
  }
}

/** What should still have been under way was over before we could look, so nothing can be said: play it again. */
export class OverTooSoon extends Error {
  override readonly name = 'OverTooSoon';
}
