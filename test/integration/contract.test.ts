/** What the API promises to an editor, whatever carries it. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { AppCalls } from '../../src/main/app/service.js';
import type { CallName } from '../../src/shared/protocol/calls.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import { MAX_EDIT_BYTES } from '../../src/shared/edit/limits.js';
import { SETTINGS } from '../../src/shared/contracts/settings.js';
import { localHost, type LocalHost } from './local-host.js';
import { overPorts, overSocket, type Connect, type Editor } from './transports.js';

const PHOTO = 'p-00000000';
const VIEW = { x: 0, y: 0, w: 1, h: 1 };

function code(expected: string): unknown {
  return expect.objectContaining({ name: 'UnsmearError', code: expected });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

/** A call that ends only when it is cancelled, and what its signal was told. */
function endless(): { calls: Partial<AppCalls>; begun: Promise<AbortSignal> } {
  let begin: (signal: AbortSignal) => void;
  const begun = new Promise<AbortSignal>((resolve) => (begin = resolve));
  const setViewport: AppCalls['setViewport'] = (signal) => {
    begin(signal);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new UnsmearError('cancelled')));
    });
  };
  return { calls: { setViewport }, begun };
}

const transports: readonly (readonly [string, Connect])[] = [
  ['structured clones over the ports of a desktop window', overPorts],
  ['JSON over a WebSocket', overSocket],
];

describe.each(transports)('the API as %s', (_, connect) => {
  const editors: Editor[] = [];
  afterEach(async () => {
    for (const editor of editors.splice(0)) {
      editor.client.close();
      await editor.drop();
    }
  });

  async function start(more: Partial<AppCalls> = {}): Promise<Editor & { host: LocalHost }> {
    const host = await localHost(more);
    const editor = await connect(host);
    editors.push(editor);
    return { ...editor, host };
  }

  it('answers calls', async () => {
    const { client } = await start();
    const info = await client.call('hello', {});
    expect(info).toMatchObject({ host: 'browser', chooser: 'folders' });
    const sample = await client.call('samplePhoto', {});
    expect(sample).toMatchObject({ kind: 'photo', name: 'sample-blurred.jpg' });
    expect(sample.bytes).toBeGreaterThan(1000);
  });

  it('lists folders by references and never shows a path', async () => {
    const { client, host } = await start();
    symlinkSync(host.folder, join(host.pictures, 'way-out'));
    const top = await client.call('listFolder', { folder: null });
    expect(top.trail).toEqual([]);
    const pictures = top.entries[0]!;
    const listing = await client.call('listFolder', { folder: pictures.ref });
    expect(listing.entries.map(({ name }) => name)).toEqual(['trip', 'b9.jpg', 'b10.jpg']);
    const trip = await client.call('listFolder', { folder: listing.entries[0]!.ref });
    expect(trip.trail.map(({ name }) => name)).toEqual(['pictures', 'trip']);
    expect(trip.trail[0]!.ref).toBe(pictures.ref);
    expect(JSON.stringify([top, listing, trip])).not.toContain(host.folder);
  });

  it('refuses references that nobody was given', async () => {
    const { client } = await start();
    const made = client.call('listFolder', { folder: `f-${'0'.repeat(32)}` });
    await expect(made).rejects.toEqual(code('file-missing'));
    const path = client.call('listFolder', { folder: '/etc' });
    await expect(path).rejects.toEqual(code('request-invalid'));
  });

  it('keeps settings, those it does not know too', async () => {
    const { client } = await start();
    expect(await client.call('readSettings', {})).toMatchObject({ theme: 'dark', tile: 'auto' });
    const own = { panel: { open: ['hints'], width: 1.5, none: null } };
    await client.call('writeSettings', { settings: { theme: 'dark', ...own } });
    await client.call('writeSettings', { settings: { tile: 256 } });
    const settings = await client.call('readSettings', {});
    expect(settings).toMatchObject({ theme: 'dark', tile: 256, ...own });
    expect(Object.keys(settings).sort()).toEqual([...Object.keys(SETTINGS), 'panel'].sort());
  });

  it('carries an edit of the largest size that is saved', async () => {
    let received: unknown = null;
    const { client } = await start({
      saveEdit: (_, { edit }) => {
        received = edit;
        return Promise.resolve(null);
      },
    });
    const edit = 'x'.repeat(MAX_EDIT_BYTES);
    await client.call('saveEdit', { photo: PHOTO, edit, to: 'autosave' });
    expect(received === edit).toBe(true);
  });

  it('refuses wrong input before the service sees it, and names the field', async () => {
    const seen: unknown[] = [];
    const setViewport: AppCalls['setViewport'] = (_signal, args) => {
      seen.push(args);
      return Promise.resolve(null);
    };
    const { client } = await start({ setViewport });
    const wrong = client.call('setViewport', { photo: PHOTO, view: { ...VIEW, w: -1 } });
    await expect(wrong).rejects.toMatchObject({
      code: 'request-invalid',
      params: { reason: 'value', place: 'setViewport.view.w' },
    });
    const extra = { photo: PHOTO, view: VIEW, path: '/etc/passwd' };
    await client.call('setViewport', extra);
    expect(seen).toEqual([{ photo: PHOTO, view: VIEW }]);
    const setting = client.call('writeSettings', { settings: { theme: 'pink' } });
    await expect(setting).rejects.toEqual(code('setting-invalid'));
  });

  it.each(['nothing', 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'onEvent', ''])(
    'answers the unknown call "%s" with an error',
    async (name) => {
      const { client } = await start();
      const answer = client.call(name as CallName, {});
      await expect(answer).rejects.toEqual(code('request-invalid'));
      expect(await client.call('hello', {})).toBeTruthy();
    },
  );

  it('says so when the host does not serve a call', async () => {
    const { client } = await start();
    const answer = client.call('closePhoto', { photo: PHOTO });
    await expect(answer).rejects.toMatchObject({ code: 'request-invalid' });
  });

  it('brings errors with their parameters, and without what is for logs', async () => {
    const closePhoto = () =>
      Promise.reject(new UnsmearError('disk-full', { reason: 'unnamed' }, { cause: '/home/me' }));
    const { client } = await start({ closePhoto });
    const error: unknown = await client
      .call('closePhoto', { photo: PHOTO })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnsmearError);
    expect((error as UnsmearError).toData()).toEqual({
      code: 'disk-full',
      params: { reason: 'unnamed' },
    });
  });

  it('brings errors inside errors without what is for logs', async () => {
    const cause = '/home/me';
    const problem = new UnsmearError('disk-full', { reason: 'unnamed' }, { cause }).toData();
    const failure = new UnsmearError('edit-unsaved', { reason: 'apart-full', problem }, { cause });
    const { client } = await start({ closePhoto: () => Promise.reject(failure) });
    const error: unknown = await client
      .call('closePhoto', { photo: PHOTO })
      .catch((e: unknown) => e);
    expect((error as UnsmearError).params).toMatchObject({ problem: { code: 'disk-full' } });
    expect(JSON.stringify((error as UnsmearError).toData())).not.toContain(cause);
  });

  it('hides the text of faults from the editor and tells them to the log', async () => {
    const fault = new TypeError('no property of /home/me');
    const { client, host } = await start({ closePhoto: () => Promise.reject(fault) });
    const error: unknown = await client
      .call('closePhoto', { photo: PHOTO })
      .catch((e: unknown) => e);
    expect(error).toEqual(code('internal'));
    expect(String(error)).not.toContain('/home/me');
    expect(host.faults).toEqual([fault]);
  });

  it('cancels the call that was meant, and no other', async () => {
    const { calls, begun } = endless();
    const { client } = await start(calls);
    const controller = new AbortController();
    const pending = client.call('setViewport', { photo: PHOTO, view: VIEW }, controller);
    const signal = await begun;
    expect(await client.call('hello', {})).toBeTruthy();
    expect(signal.aborted).toBe(false);
    controller.abort();
    await expect(pending).rejects.toEqual(code('cancelled'));
    expect(signal.aborted).toBe(true);
    const never = client.call('hello', {}, { signal: controller.signal });
    await expect(never).rejects.toEqual(code('cancelled'));
  });

  it('tells what was finished before the wish to cancel arrived', async () => {
    const controller = new AbortController();
    const { client } = await start({ closePhoto: () => Promise.resolve(null) });
    const answer = client.call('closePhoto', { photo: PHOTO }, controller);
    controller.abort();
    expect(await answer).toBeNull();
  });

  it('pushes events to who listens', async () => {
    const { client, host } = await start();
    await client.call('hello', {});
    const heard: AppEvent[] = [];
    const stop = client.onEvent((event) => heard.push(event));
    const event = { type: 'export', photo: PHOTO, done: 0.5 } as const;
    host.events.emit(event);
    await client.call('hello', {});
    expect(heard).toEqual([event]);
    stop();
    host.events.emit(event);
    await client.call('hello', {});
    expect(heard).toHaveLength(1);
  });

  it('rejects what is pending when the channel dies, and aborts it in the host', async () => {
    const { calls, begun } = endless();
    const editor = await start(calls);
    const pending = editor.client.call('setViewport', { photo: PHOTO, view: VIEW });
    const rejected = expect(pending).rejects.toEqual(code('disconnected'));
    const signal = await begun;
    await editor.drop();
    await rejected;
    await editor.client.closed;
    await aborted(signal);
    await expect(editor.client.call('hello', {})).rejects.toEqual(code('disconnected'));
    // Nobody is left to push to.
    editor.host.events.emit({ type: 'command', command: 'undo' });
  });

  it('aborts in the host what an editor that left was waiting for', async () => {
    const { calls, begun } = endless();
    const { client } = await start(calls);
    const pending = client.call('setViewport', { photo: PHOTO, view: VIEW });
    const rejected = expect(pending).rejects.toEqual(code('disconnected'));
    const signal = await begun;
    client.close();
    await aborted(signal);
    await rejected;
  });

  it('is not harmed by malformed messages', async () => {
    const loud: unknown[] = [];
    const note = (error: unknown): unknown => loud.push(error);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const { client, post, host } = await start();
    const messages: unknown[] = [null, 0, '', 'x', true, [], {}, [[]], { t: 'q' }, { t: 's' }];
    for (const t of ['q', 's', 'x', 1, null]) {
      for (const m of ['call', 'cancel', 'event', 'constructor', '__proto__', 7]) {
        for (const a of [[], [{}], 'call', null, ['x1', 'hello', {}], [null, null, null]]) {
          messages.push({ t, m, a, i: 'x' }, { t, m, a, i: { x: 1 } }, { t, m, a });
        }
      }
    }
    for (const message of messages) post(message);
    expect(await client.call('hello', {})).toBeTruthy();
    expect(loud).toEqual([]);
    expect(host.faults).toEqual([]);
  });

  it('answers for functions that are not there, inherited ones too, with an error', async () => {
    const { client, post, listen } = await start();
    const heard: { i?: string; r?: unknown; e?: unknown }[] = [];
    listen((message) => heard.push(message as object));
    const names = ['constructor', 'toString', '__proto__', 'valueOf', 'hasOwnProperty', 'nothing'];
    for (const name of names) post({ t: 'q', i: name, m: name, a: [] });
    await client.call('hello', {});
    for (const name of names) {
      const answer = heard.find(({ i }) => i === name);
      expect(answer, name).toMatchObject({ e: { code: 'internal' } });
      expect(answer?.r, name).toBeUndefined();
    }
  });

  it('refuses a call id that is in use', async () => {
    const { calls, begun } = endless();
    const { client, post } = await start(calls);
    const controller = new AbortController();
    const pending = client.call('setViewport', { photo: PHOTO, view: VIEW }, controller);
    const signal = await begun;
    // The client's first call is "c1": a second of that name must not take its place.
    post({ t: 'q', i: 'other', m: 'call', a: ['c1', 'hello', {}] });
    await client.call('hello', {});
    expect(signal.aborted).toBe(false);
    controller.abort();
    await expect(pending).rejects.toEqual(code('cancelled'));
  });

  it('survives input that is nested deeper than any stack', async () => {
    let deep: unknown = null;
    for (let i = 0; i < 3000; i++) deep = [deep];
    const { client, post } = await start();
    const write = client.call('writeSettings', { settings: { deep } });
    await expect(write).rejects.toEqual(code('document-too-large'));
    let deeper: unknown = null;
    for (let i = 0; i < 500; i++) deeper = { deeper };
    post({ t: 'q', i: 'x', m: 'call', a: ['x', 'setViewport', deeper] });
    expect(await client.call('hello', {})).toBeTruthy();
  });
});
