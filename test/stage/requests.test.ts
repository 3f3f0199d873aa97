import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/timeline/questions.ts';
import { fixture, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();

describe('requests', () => {
  test('a request and its answer are written down with method, path, status, headers and body', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.post('/order?id=abc', { as: 'order', headers: { 'X-Name': 'value' } });
      await app.answered('order');
      expect(seen(stage, 'request')).toMatchObject([
        { name: 'order', method: 'POST', path: '/order?id=abc', app: 'app' },
      ]);
      expect(seen(stage, 'answer')).toMatchObject([{ name: 'order', status: 200, body: 'abc' }]);
      expect(seen(stage, 'answer')[0]?.headers['keep-alive']).toBe('timeout=1');
    });
  });

  test('a request without a name is named by its path', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.get('/a');
      await app.answered('/a');
      expect(seen(stage, 'answer')).toMatchObject([{ name: '/a', body: 'GET /a' }]);
    });
  });

  test('a keep-alive connection is one connection, and is not closed by us on the advice of the server', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.get('/first', { as: 'first', on: 'client' });
      await app.answered('first');
      // The answer is the sign that more time has passed than the server's advice of a second.
      app.get('/slow?ms=1400', { as: 'slow', takesMs: 1_400 });
      await app.answered('slow');
      expect(stage.log.events.map((event) => ('text' in event ? event.text : ''))).not.toContain(
        '{"event":"connection.closed","number":1}',
      );
      app.get('/second', { as: 'second', on: 'client' });
      await app.answered('second');
      await app.saysTimes('request.read', { times: 3 });
      const read = seen(stage, 'line').flatMap(({ text }) => (text.includes('request.read') ? [text] : []));
      expect(read.map((text) => JSON.parse(text).connection)).toEqual([1, 2, 1]);
    });
  });

  test('two requests without a connection of a name have one each', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      await app.request('GET', '/a');
      await app.request('GET', '/b');
      // An answer may reach us before the line that was printed before it.
      await app.saysTimes('request.read', { times: 2 });
      const read = seen(stage, 'line').flatMap(({ text }) => (text.includes('request.read') ? [text] : []));
      expect(read.map((text) => JSON.parse(text).connection)).toEqual([1, 2]);
    });
  });

  test('keepAsking asks on one connection until the program ends', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      const asking = app.keepAsking('/again', { on: 'client' });
      await app.answered('client 5');
      app.signal('SIGTERM');
      await Promise.all([app.gone(), asking]);
      const read = seen(stage, 'line').flatMap(({ text }) => (text.includes('request.read') ? [text] : []));
      expect(new Set(read.map((text) => JSON.parse(text).connection))).toEqual(new Set([1]));
    });
  });

  test.each([
    ['/reset', 'ECONNRESET'],
    ['/malformed', 'HPE_INVALID_CONSTANT'],
    ['/half', 'ECONNRESET'],
    ['/endless', 'ANSWER_TOO_LONG'],
  ])('%s is a request that failed with %s', async (path, code) => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-badly'));
      await app.ready();
      await app.request('GET', path);
      expect(seen(stage, 'request-failed')).toMatchObject([{ name: path, code }]);
      expect(seen(stage, 'answer')).toEqual([]);
    });
  });

  test('a request to a program that is over is refused', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.signal('SIGTERM');
      await app.gone();
      await app.request('GET', '/late');
      expect(seen(stage, 'request-failed')).toMatchObject([{ code: 'ECONNREFUSED' }]);
    });
  });

  test('a request that waits when the scenario is over was given up by us, not cut off by the program', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.get('/slow?ms=60000', { as: 'slow' });
      await app.accepted('slow');
      await stage.end('the scenario was over');
      expect(outcomeOf(stage.log.timeline(0), 'slow')).toMatchObject({ code: 'GIVEN_UP' });
    });
  });
});

describe('raw connections', () => {
  test('a connection is open, its text arrives, and its close by the program is seen', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      await app.connect('half', 'GET /half HTTP/1.1\r\n');
      expect((await app.says('first.bytes')).text).toBe('GET /half HTTP/1.1\r\n');
      expect(seen(stage, 'connection')).toMatchObject([{ name: 'half', state: 'open' }]);
      app.signal('SIGTERM');
      await app.sees('closed', {
        text: 'the connection stayed open',
        match: (event) => (event.kind === 'connection' && event.state === 'closed' ? event : undefined),
      });
    });
  });

  test('a connection to nobody is refused', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.signal('SIGTERM');
      await app.gone();
      await app.connect('late');
      expect(seen(stage, 'connection')).toMatchObject([
        { name: 'late', state: 'refused', code: 'ECONNREFUSED' },
      ]);
    });
  });
});
