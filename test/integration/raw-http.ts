/** HTTP as bytes: a client library would repair what is to be refused. */
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends the text as it is and reads until the server closes, or until `quietMs` pass without a byte. */
export function sendRaw(port: number, text: string, quietMs = 3000): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const end = (): void => {
      socket.destroy();
      resolve(parse(received));
    };
    socket.setTimeout(quietMs, end);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    socket.on('close', end);
    socket.on('error', reject);
  });
}

function parse(text: string): RawAnswer {
  const [head = '', body = ''] = text.split(/\r\n\r\n([\s\S]*)/);
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(first.split(' ')[1] ?? 0), headers, body };
}

/** A request with these headers and no others; `connection: close` unless told otherwise. */
export function request(
  target: string,
  headers: readonly string[],
  { method = 'GET', body = '' } = {},
): string {
  const all = headers.some((line) => /^connection:/i.test(line))
    ? headers
    : [...headers, 'connection: close'];
  return `${[`${method} ${target} HTTP/1.1`, ...all].join('\r\n')}\r\n\r\n${body}`;
}
