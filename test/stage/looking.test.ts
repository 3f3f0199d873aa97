import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OverTooSoon } from '../../src/stage/milestone.ts';
import { openTheatre, type Theatre } from '../../src/stage/stage.ts';
import { connectionsNamed, eventsOf, outcomeOf } from '../../src/timeline/questions.ts';

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
