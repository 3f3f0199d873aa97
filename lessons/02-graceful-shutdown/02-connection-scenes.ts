import { answer, must, type Scene, scene } from '#grader';
import { endsCleanly, noLimitInSight, theLastAnswerClosesTheConnection } from './claims.ts';

/** The connections that a server has to be rid of, one kind a scene. */
export const connectionScenes: readonly Scene[] = [
  scene('an idle keep-alive connection', {
    id: 'idle-keep-alive',
    point: 4,
    question: 'A proxy holds an idle connection open for its next request. Does the server wait for it?',
    answer: 'No. Between two requests a connection belongs to nobody, and `server.close()` ends it.',
    settings: () => noLimitInSight,
    async play(app) {
      await app.ready();
      app.get('/', { as: 'first', on: 'proxy' });
      await app.answered('first');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      endsCleanly(
        'Every proxy keeps idle connections; a server that waits for them meets its limit on each deploy.',
        'From Node 19 on `close` ends the idle connections itself, once.',
      ),
    ],
  }),

  scene('a connection that becomes idle too late', {
    id: 'busy-keep-alive',
    point: 4,
    question:
      'This connection was busy at the signal, so it was not closed with the idle ones. Who closes it?',
    answer:
      'The answer itself: it carried `Connection: close`. Without that the connection would have stayed for the whole keep-alive timeout, and the process with it.',
    settings: () => noLimitInSight,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(600);
      app.post(`/orders?ms=${takesMs}`, { as: 'order', on: 'proxy', takesMs });
      await app.accepted('order');
      app.signal('SIGTERM');
      await app.saysWhere('phase', 'for the drain', ({ phase }) => phase === 'drain');
      app.stillOpen('order');
      await app.answered('order');
      await app.gone();
    },
    expect: [
      must(answer('order').hasHeader('connection', 'close'), {
        because: 'A client that is told opens its next connection elsewhere.',
        help: 'Set the header when the answer is written.',
      }),
      endsCleanly(
        'Node closes idle connections once, when the server is closed; this one becomes idle later.',
        'Set the header when the answer is written.',
      ),
    ],
  }),

  scene('a client that always has a next request', {
    id: 'chatty-keep-alive',
    point: 4,
    question: 'A client sends its next request as soon as it has an answer. When is the server rid of it?',
    answer:
      'After one more answer, which closed the connection. A server that only waits for silence serves such a client for ever, closed or not.',
    settings: () => noLimitInSight,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(800);
      app.keepAsking(`/?ms=${takesMs}`, { on: 'chatter', takesMs });
      await app.answered('chatter 1');
      await app.accepted('chatter 2');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(theLastAnswerClosesTheConnection, {
        because:
          'A client that is told asks elsewhere; one that is not sends its next request into a closed door.',
        help: 'Set the header when the answer is written.',
      }),
      endsCleanly(
        'A proxy under load is never silent.',
        'Let the server, and not the client, end the connection, behind an answer.',
      ),
    ],
  }),

  scene('a stream without an end', {
    id: 'endless-stream',
    point: 4,
    question: 'An event stream has no last byte that one could wait for. What does the drain do with it?',
    answer:
      'It ended the stream with a last event, and the client may reconnect elsewhere. What never ends by itself has to be ended by whoever keeps a list of it.',
    settings: () => noLimitInSight,
    async play(app) {
      await app.ready();
      app.get('/stream', { as: 'stream', on: 'browser' });
      await app.accepted('stream');
      app.signal('SIGTERM');
      await app.answered('stream');
      await app.gone();
    },
    expect: [
      must(answer('stream').hasStatus(200), {
        because: 'A stream that is cut off looks like a fault to its client; one that is ended does not.',
        help: 'Keep the open streams in a set, and end them in the drain.',
      }),
      endsCleanly(
        'One open stream would make every deploy a forced one.',
        'Keep the open streams in a set, and end them in the drain.',
      ),
    ],
  }),

  scene('a connection that was upgraded', {
    id: 'upgraded-connection',
    point: 4,
    question:
      'A WebSocket is open at the signal. Node has handed its socket over and forgotten it. Who closes it?',
    answer:
      'The program, out of its own list. To the HTTP server such a socket is neither idle nor busy: `closeIdleConnections` and `closeAllConnections` pass it by, and `close` waits for it all the same.',
    settings: () => noLimitInSight,
    async play(app) {
      await app.ready();
      await app.connect(
        'browser',
        'GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: events\r\n\r\n',
      );
      await app.says('upgraded');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      endsCleanly(
        'One open tab would make every deploy a forced one.',
        'Put the socket into a set when it is upgraded, and end the set in the drain.',
      ),
    ],
  }),

  scene('a connection without a word', {
    id: 'silent-connection',
    point: 4,
    question:
      'A browser opened a connection ahead of need, and never sent a byte. Does it hold the end back?',
    answer:
      'No, but only because the server keeps a list: before Node 26 such a connection is not idle to `server.close()`, which would wait for it up to the limit.',
    settings: () => noLimitInSight,
    async play(app) {
      await app.ready();
      await app.connect('browser');
      app.get('/', { as: 'first' });
      await app.answered('first');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      endsCleanly(
        'Browsers and balancers open connections ahead of need all day.',
        'Keep a list of the connections that have not asked anything, and close them in the drain.',
      ),
    ],
  }),

  scene('half a request', {
    id: 'half-a-request',
    point: 4,
    question:
      'A slow client has sent half of the head of its request when SIGTERM arrives. Is that a request in flight?',
    answer:
      'No. Nothing has been asked yet, so the connection is closed with the silent ones. `server.close()` would wait for the rest of the head, on every version of Node.',
    settings: () => noLimitInSight,
    async play(app) {
      await app.ready();
      await app.connect('slow', 'GET / HTTP/1.1\r\nHost: local');
      app.get('/', { as: 'first' });
      await app.answered('first');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      endsCleanly(
        'Node gives a head a minute (`headersTimeout`), which is longer than most platforms are patient.',
        'Keep a list of the connections that have not asked anything, and close them in the drain.',
      ),
    ],
  }),
];
