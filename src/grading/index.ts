/** The words that graders and scenes are written in: the door `#grader`. */
export type { App } from '../stage/app.ts';
export type { Stage } from '../stage/stage.ts';
export * from '../timeline/event-line.ts';
export type * from '../timeline/events.ts';
export * from '../timeline/questions.ts';
export { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from './claim.ts';
export { answer } from './claims/answers.ts';
export { newConnections } from './claims/connections.ts';
export { crashReport, noCrashReport } from './claims/crash-report.ts';
export { errorLine, errorLines } from './claims/error-line.ts';
export { eventLine, theLines } from './claims/event-lines.ts';
export { describeEnd, exit, exitOf, program } from './claims/exit.ts';
export { ready } from './claims/ready.ts';
export { recovery } from './claims/recovery.ts';
export { supervisor } from './claims/supervisor.ts';
export type { Draw } from './draw.ts';
export { type Example, example, type Lesson, lesson, type Scene, scene } from './lesson.ts';
export { type Expectation, type Grader, grader, must, type Scenario, scenario, should } from './words.ts';
