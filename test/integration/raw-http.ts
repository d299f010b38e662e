/** Sends HTTP requests as bytes, since a client library would repair invalid ones. */
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Headers by lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Ends a connection that hangs. */
const TIMEOUT_MS = 60_000;

/** Sends the text unchanged. Resolves with the complete answer or when the server closes. */
export function sendRaw(port: number, text: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const end = (): void => {
      socket.destroy();
      resolve(parse(received));
    };
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('No complete answer came.')));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (isComplete(received)) end();
    });
    socket.on('close', end);
    socket.on('error', reject);
  });
}

/** Returns whether the whole body, or the switch to another protocol, has been received. */
function isComplete(received: string): boolean {
  if (!received.includes('\r\n\r\n')) return false;
  const { status, headers, body } = parse(received);
  const length = headers.get('content-length');
  return status === 101 || (length !== undefined && body.length >= Number(length));
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

/** Builds a request with these headers, and `connection: close` unless they set it. */
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
