/** Receives the API's port and files from the preload script, and ignores other senders. */
import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron';
import { portChannel } from '../../../shared/protocol/port.js';
import type { ClosableChannel } from '../../../shared/protocol/channel.js';
import { CHANNELS } from '../../../shared/protocol/desktop.js';
import type { ServedCalls } from '../../app/service.js';
import { isEditor } from './address.js';
import { receiveFile, type IntakeParts } from './intake.js';
import { mainPort } from './port.js';
import type { EditorWindow } from './window.js';
import { serveApi } from '../rpc.js';

interface IpcParts extends IntakeParts {
  readonly service: ServedCalls;
  readonly window: () => EditorWindow | null;
  /** Called when the page was reloaded or has crashed, or its window was closed. */
  readonly left: () => void;
}

export function listenToEditor(parts: IpcParts): void {
  let current: ClosableChannel | null = null;
  const isOurs = ({ sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean => {
    const contents = parts.window()?.native.webContents;
    const frame =
      senderFrame === null ? null : { url: senderFrame.url, isMain: senderFrame.parent === null };
    return isEditor(frame, contents !== undefined && sender === contents);
  };

  ipcMain.on(CHANNELS.connect, (event) => {
    const [port] = event.ports;
    const window = parts.window();
    if (port === undefined || window === null || !isOurs(event)) return;
    // A reload replaces the page, even if its port has not reported a close.
    current?.close();
    const channel = portChannel(mainPort(port));
    current = channel;
    window.closing.editorConnected(true);
    channel.onClose(() => {
      if (current !== channel) return;
      current = null;
      window.closing.editorConnected(false);
      parts.left();
    });
    serveApi(channel, parts.service, parts.onFault);
  });

  ipcMain.handle(CHANNELS.receive, (event, message: unknown) => {
    if (!isOurs(event)) throw new Error('Not the editor.');
    return receiveFile(parts, message);
  });
}
