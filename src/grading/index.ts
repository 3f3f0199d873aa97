/** The words that graders and scenes are written in: the door `#grader`. */
export type { App } from '../stage/app.ts';
export { asksUntil, asksWhile, jsonOf } from '../stage/asking.ts';
export {
  anotherSnapshotIn,
  halfwayThroughASnapshot,
  noteSnapshots,
  snapshotIn,
} from '../stage/heap-snapshots.ts';
export { keepsUnderLoad } from '../stage/paced-load.ts';
export type { Stage } from '../stage/stage.ts';
export * from '../timeline/event-line.ts';
export type * from '../timeline/events.ts';
export * from '../timeline/questions.ts';
export { asOne, broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from './claim.ts';
export { type RuleText, rule } from './claims/alerts.ts';
export { answer } from './claims/answers.ts';
export { blocks, reportedBlocks } from './claims/blocks.ts';
export { stderr } from './claims/complaints.ts';
export { newConnections } from './claims/connections.ts';
export { crashReport, noCrashReport } from './claims/crash-report.ts';
export { newRequests } from './claims/deregistration.ts';
export { errorLine, errorLines } from './claims/error-line.ts';
export { eventLine, theLines } from './claims/event-lines.ts';
export { describeEnd, exit, exitOf, program } from './claims/exit.ts';
export { figure, processorTime } from './claims/figures.ts';
export { health } from './claims/health.ts';
export { fieldOf, finalReport, healthReports } from './claims/health-reports.ts';
export { heapSnapshots } from './claims/heap-snapshots.ts';
export { jobs } from './claims/jobs.ts';
export { leak, trueGrowthMBPerMinute } from './claims/leak.ts';
export { afterThe, lag } from './claims/loop-lag.ts';
export { ready } from './claims/ready.ts';
export { recovery } from './claims/recovery.ts';
export { resources } from './claims/resources.ts';
export { restarts } from './claims/restarts.ts';
export { snapshots } from './claims/snapshots.ts';
export { unlessStarved } from './claims/starvation.ts';
export { status } from './claims/status.ts';
export { supervisor } from './claims/supervisor.ts';
export { workers } from './claims/workers.ts';
export { Coordinator } from './coordinator.ts';
export type { Draw } from './draw.ts';
export type { LearningPath } from './learning-path.ts';
export { type Example, example, type Lesson, lesson, type Scene, scene } from './lesson.ts';
export { type Pitfall, pitfall } from './pitfall.ts';
export { answerTo, stillRunning, theEnd, theLastLine, theMessage, theOutput } from './predictions.ts';
export { type Question, question } from './question.ts';
export { type Expectation, type Grader, grader, must, type Scenario, scenario, should } from './words.ts';
