import http from 'node:http';

export type Tried =
  | { readonly status: number; readonly body: string; readonly code?: undefined }
  | { readonly status?: undefined; readonly code: string };

/** Asks once, on a new connection, and gives up after a while; the timeline learns nothing of it. Never rejects. */
export function tryRequest(port: number, path: string, giveUpAfterMs: number): Promise<Tried> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      resolve({ code: error.code ?? error.message });
    };
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body = (body + chunk).slice(0, 64 * 1024);
      });
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
    request.on('error', fail);
    const timer = setTimeout(
      () => request.destroy(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' })),
      giveUpAfterMs,
    );
  });
}
