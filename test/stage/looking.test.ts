import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/stage/app.ts';
import { OverTooSoon } from '../../src/stage/milestone.ts';
import { openTheatre, type Stage, type Theatre } from '../../src/stage/stage.ts';
import { eventLines } from '../../src/timeline/event-line.ts';
import { connectionsNamed, eventsOf, outcomeOf } from '../../src/timeline/questions.ts';
import { fixture } from './on-stage.ts';

const file = join(import.meta.dirname, '..', 'fixtures', 'apps', 'changes-its-mind.js');
const settings = { NOTES: 'notes', WORD: 'first', LASTS_MS: '1' };

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
});
afterAll(() => theatre[Symbol.asyncDispose]());

test('a program is started again with its settings and what is different, beside the first', async () => {
  await using stage = await theatre.openStage();
  const first = stage.start({ file, settings });
  const second = stage.startAgain({ app: 'second', settings: { WORD: 2 } });
  await Promise.all([first.ready(), second.ready()]);
  await second.saysWhere('ready', 'with its own word', ({ word }) => word === '2');
  expect(second.port).not.toBe(first.port);
  await stage.collect('NOTES');
  expect(eventsOf(stage.log.timeline(0), 'fact')).toMatchObject([
    { name: 'files of app', value: [{ name: 'note.txt' }] },
  ]);
});

test('a setting that is undefined for it is left unset, and the folder that it has by default is collected', async () => {
  await using stage = await theatre.openStage();
  const first = stage.start({ file, settings: { ...settings, ELSEWHERE: 'somewhere' } });
  const second = stage.startAgain({ app: 'second', settings: { ELSEWHERE: undefined } });
  await Promise.all([first.ready(), second.ready()]);
  const starts = eventsOf(stage.log.timeline(0), 'started');
  expect(starts.map(({ settings: given }) => given.ELSEWHERE)).toEqual(['somewhere', undefined]);
  await expect(stage.collect('ELSEWHERE', 'second')).rejects.toThrow('The scenario sets no ELSEWHERE.');
  await stage.collect('ELSEWHERE', 'second', { byDefault: 'notes' });
  expect(eventsOf(stage.log.timeline(0), 'fact')).toMatchObject([
    { name: 'files of second', value: [{ name: 'note.txt' }] },
  ]);
});

test('what one program has read says nothing of what another one has', async () => {
  await using stage = await theatre.openStage();
  const first = stage.start({ file, settings });
  const second = stage.startAgain({ app: 'second' });
  await Promise.all([first.ready(), second.ready()]);
  first.get('/slow?ms=60000', { as: 'one', takesMs: 60_000 });
  second.get('/slow?ms=60000', { as: 'other', takesMs: 60_000 });
  await first.accepted('one');
  // Stopped, it reads nothing, so that only an answer of the first could be taken for its own.
  second.signal('SIGSTOP');
  const accepted = second.accepted('other').then(() => 'accepted');
  expect(await Promise.race([accepted, first.accepted('one').then(() => 'not yet')])).toBe('not yet');
  second.signal('SIGCONT');
  expect(await accepted).toBe('accepted');
});

test('a folder that is not there has no files', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings: { ...settings, ELSEWHERE: 'no/such/folder' } });
  await app.ready();
  await stage.collect('ELSEWHERE');
  expect(eventsOf(stage.log.timeline(0), 'fact')).toMatchObject([{ value: [] }]);
});

test('asking goes on until the answer is as wanted, and only that one is written down', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings });
  await app.ready();
  await app.asksFor('/', { as: 'state', accepts: (body) => body === 'now' });
  expect(eventsOf(stage.log.timeline(0), 'request')).toHaveLength(1);
  expect(outcomeOf(stage.log.timeline(0), 'state')).toMatchObject({ kind: 'answer', body: 'now' });
});

test('what lasted too short is played again', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings });
  await app.ready();
  await app.leftAlone({ forMs: 5 });
  expect(() => app.stillWithin('LASTS_MS', { of: 'nothing' })).toThrow(OverTooSoon);
  expect(() => app.stillWithin('LASTS_MS', { of: 'nothing', share: 1e6 })).not.toThrow();
});

test('a newcomer is turned away while a request is open, and the open one is left alone', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings });
  await app.ready();
  app.get('/slow?ms=3000', { as: 'slow', takesMs: 3_000 });
  await app.accepted('slow');
  app.signal('SIGTERM');
  await app.says('closing');
  await app.turnsAway({ whileOpen: 'slow', since: 'closing' });
  expect(connectionsNamed(stage.log.timeline(0), 'newcomer')).toMatchObject([{ state: 'refused' }]);
  app.stillOpen('slow');
});

test('a newcomer that is served on one path is none that was turned away, and the path is told', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings });
  await app.ready();
  app.get('/slow?ms=60000', { as: 'slow', takesMs: 60_000 });
  await app.accepted('slow');
  await app.turnsAway({ whileOpen: 'slow', since: 'ready', paths: ['/slow?ms=60000', '/'] });
  const [newcomer] = connectionsNamed(stage.log.timeline(0), 'newcomer');
  expect(newcomer).toMatchObject({ state: 'open', code: '200 for GET /' });
});

test('a signal met a request in flight where the time that it takes had not passed', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings });
  await app.ready();
  app.get('/slow?ms=60000', { as: 'long', takesMs: 60_000 });
  expect(() => app.stillInFlight('long')).not.toThrow();
  app.get('/slow?ms=60000', { as: 'short', takesMs: 1 });
  await app.leftAlone({ forMs: 5 });
  expect(() => app.stillInFlight('short')).toThrow(OverTooSoon);
});

test('an answer before its time is for a claim; one that came in time is played again', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings });
  await app.ready();
  app.get('/', { as: 'hurried', takesMs: 60_000 });
  await app.answered('hurried');
  await app.accepted('hurried');
  app.stillOpen('hurried');
  app.get('/', { as: 'quick' });
  await app.answered('quick');
  await expect(app.accepted('quick')).rejects.toThrow(OverTooSoon);
  expect(() => app.stillOpen('quick')).toThrow(OverTooSoon);
});

test('a request that was cut off before it could be looked at is played again; one that waits or was answered is not', async () => {
  await using stage = await theatre.openStage();
  const app = stage.start({ file, settings });
  await app.ready();
  app.get('/', { as: 'answered' });
  await app.answered('answered');
  app.get('/slow?ms=60000', { as: 'waiting', takesMs: 60_000 });
  app.notCutOff('answered');
  app.notCutOff('waiting');
  app.signal('SIGKILL');
  await app.answered('waiting');
  expect(() => app.notCutOff('waiting')).toThrow(OverTooSoon);
});

describe('signs that are counted from now', () => {
  const beating = (settings = {}): App =>
    stageOf.start(fixture('beats-and-grows', { BEAT_MS: '30', ...settings }));
  let stageOf: Stage;
  beforeEach(async () => {
    stageOf = await theatre.openStage();
  });
  afterEach(() => stageOf[Symbol.asyncDispose]());
  const count = (event: string): number => eventLines(stageOf.log.timeline(0), { event }).length;

  test('saysMore waits for as many lines more, whatever came before', async () => {
    const app = beating();
    await app.says('beat');
    const before = count('beat');
    await app.saysMore('beat', { times: 3 });
    expect(count('beat') - before).toBeGreaterThanOrEqual(3);
  });

  test('a line that does not come again is a milestone, though it came before', async () => {
    const app = beating();
    await app.ready();
    const once = app.saysMore('ready');
    const twice = app.saysMore('ready', { times: 2 });
    app.signal('SIGKILL');
    await expect(once).rejects.toThrow('it printed no further event line "ready" before it was over');
    await expect(twice).rejects.toThrow('it did not print 2 more event lines "ready" before it was over');
  });

  test('a complaint is whatever comes on stderr, besides the events that are named', async () => {
    const app = beating();
    await app.ready();
    const any = app.complains();
    const silence = app.complains({ besides: ['note'] });
    app.signal('SIGUSR2');
    await any;
    app.signal('SIGKILL');
    await expect(silence).rejects.toThrow('it wrote nothing to stderr before it was over');
  });

  test('free text on stderr is a complaint', async () => {
    const app = beating({ GRUMBLES: 'that was not nice' });
    await app.ready();
    const complaint = app.complains({ besides: ['note'] });
    app.signal('SIGUSR2');
    await complaint;
  });

  test('saysWhere waits for a line by its fields, saysForEach for lines that differ in their message', async () => {
    const app = beating();
    await app.saysWhere('beat', 'that is the third', ({ beats }) => Number(beats) === 3);
    expect(count('beat')).toBeGreaterThanOrEqual(3);
    // Two beats share a message.
    await app.saysForEach('beat', 3);
    expect(count('beat')).toBeGreaterThanOrEqual(5);
    const missing = app.saysForEach('ready', 2);
    app.signal('SIGKILL');
    await expect(missing).rejects.toThrow('2 event lines "ready" with different messages before it was over');
  });

  test('repeats does something until it is done, once more when it is late, and never when it is over', async () => {
    const app = beating();
    await app.ready();
    let acts = 0;
    const act = (): boolean => {
      acts += 1;
      return acts === 3;
    };
    const neverDone = async (): Promise<boolean> => {
      acts += 1;
      return false;
    };
    expect(await app.repeats(act, { everyMs: 1 })).toBe(true);
    expect(acts).toBe(3);
    // The pause is longer than any wait: only the last look can follow the first.
    expect(await app.repeats(neverDone, { everyMs: 600_000 })).toBe(false);
    expect(acts).toBe(5);
    app.signal('SIGKILL');
    await app.gone();
    expect(await app.repeats(act)).toBe(false);
    expect(acts).toBe(5);
  });
});
