/** Imitates the interface and behaviour of Electron's `MessagePortMain` over Node's port. */
import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { MainPort } from '../../src/main/hosts/electron/port.js';

/** Events have `data` and `ports` and wait for `start`; there is no `addEventListener`. */
export class MessagePortMain extends EventEmitter implements MainPort {
  constructor(private readonly port: MessagePort) {
    super();
    port.on('close', () => this.emit('close'));
  }

  start(): void {
    this.port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }

  postMessage(message: unknown, transfer: readonly MessagePortMain[] = []): void {
    if (transfer.some((port) => !(port instanceof MessagePortMain))) {
      throw new TypeError('Only ports can be transferred.');
    }
    this.port.postMessage(
      message,
      transfer.map(({ port }) => port),
    );
  }

  close(): void {
    this.port.close();
  }
}
