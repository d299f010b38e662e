/** The question before closing photos, and its answers. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Closing } from '../../src/renderer/editor/closing.svelte.js';
import { guardPage } from '../../src/renderer/app/leaving.js';
import type { App } from '../../src/renderer/app/app.svelte.js';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import { Host, opened, settle } from './double.js';

let host: Host;
let photos: PhotoState[];
let closing: Closing;
let closed: number;

beforeEach(() => {
  host = new Host();
  photos = ['p-00000001', 'p-00000002', 'p-00000003'].map(
    (id, i) => new PhotoState(host, opened(id, `${i}.jpg`), `f-000000000000000${i}`),
  );
  closing = new Closing();
  closed = 0;
});

function edit(photo: PhotoState): void {
  photo.change('strength', (now) => ({ ...now, strength: 0.5 }));
}

const close = (): Promise<void> => {
  closed++;
  return Promise.resolve();
};

/** Answers every pending write. */
async function answerAll(refused?: string): Promise<void> {
  await settle();
  for (const call of host.of('saveEdit').slice(answered)) {
    answered++;
    const { photo } = call.input as { photo: string };
    if (photo === refused) await call.refuse({ code: 'disk-full', params: { reason: 'unnamed' } });
    else await call.answer(null);
  }
}
let answered = 0;
beforeEach(() => void (answered = 0));

const writes = (): unknown[] =>
  host.of('saveEdit').map(({ input }) => {
    const { photo, to, edit: written } = input as { photo: string; to: string; edit: unknown };
    return [photo, written === null ? `no ${to}` : to];
  });

describe('closing photos', () => {
  it('does not ask if everything is saved', async () => {
    await closing.request(photos, close);
    expect([closed, closing.photos, host.calls]).toEqual([1, [], []]);
  });

  it('asks about photos neither saved nor exported, and autosaves them before', async () => {
    edit(photos[0]!);
    edit(photos[2]!);
    const asking = closing.request(photos, close);
    await answerAll();
    await asking;
    expect(closing.photos).toEqual([photos[0], photos[2]]);
    expect(closed).toBe(0);
    expect(writes()).toEqual([
      ['p-00000001', 'autosave'],
      ['p-00000003', 'autosave'],
    ]);
  });

  it('autosaves exported photos without asking', async () => {
    edit(photos[0]!);
    photos[0]!.persistence.exported();
    const asking = closing.request(photos, close);
    await answerAll();
    await asking;
    expect([closed, writes()]).toEqual([1, [['p-00000001', 'autosave']]]);
  });

  it('asks about an exported photo if the autosave failed', async () => {
    edit(photos[0]!);
    photos[0]!.persistence.exported();
    const asking = closing.request(photos, close);
    await answerAll('p-00000001');
    await asking;
    expect([closed, closing.photos]).toEqual([0, [photos[0]]]);
  });

  it('asks one question at a time', async () => {
    edit(photos[0]!);
    const asking = closing.request([photos[0]!], close);
    await answerAll();
    await asking;
    await closing.request(photos, close);
    expect([closed, closing.photos]).toEqual([0, [photos[0]]]);
  });
});

describe('the answer', () => {
  beforeEach(async () => {
    edit(photos[0]!);
    edit(photos[1]!);
    const asking = closing.request(photos, close);
    await answerAll();
    await asking;
  });

  it('"save" writes sidecars, then closes', async () => {
    const saving = closing.save();
    await settle();
    expect([closing.busy, closed]).toEqual([true, 0]);
    closing.cancel();
    expect(closing.photos).toHaveLength(2);
    await answerAll();
    await saving;
    expect([closed, closing.photos, closing.busy]).toEqual([1, [], false]);
    expect(writes().slice(2)).toEqual([
      ['p-00000001', 'sidecar'],
      ['p-00000002', 'sidecar'],
    ]);
  });

  it('"save" keeps asking about a photo that failed, which can be saved again', async () => {
    const saving = closing.save();
    await answerAll('p-00000002');
    await saving;
    expect([closed, closing.photos, closing.failed]).toEqual([0, [photos[1]], [photos[1]]]);
    const again = closing.save();
    await answerAll();
    await again;
    expect([closed, photos[1]!.dirty]).toEqual([1, false]);
  });

  it('"don’t save" removes the autosaves, then closes', async () => {
    const discarding = closing.discard();
    await answerAll();
    await discarding;
    expect(closed).toBe(1);
    expect(writes().slice(2)).toEqual([
      ['p-00000001', 'no autosave'],
      ['p-00000002', 'no autosave'],
    ]);
  });

  it('"cancel" changes nothing; the next request asks again', async () => {
    closing.cancel();
    expect([closed, closing.photos]).toEqual([0, []]);
    await closing.request(photos, close);
    expect(closing.photos).toHaveLength(2);
    expect(photos[0]!.dirty).toBe(true);
  });
});

describe('leaving the page', () => {
  /** Window double that only dispatches events. */
  function page(host_: 'electron' | 'browser'): { unload: () => boolean; hide: () => void } {
    const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    const window = Object.assign(new EventTarget(), { document });
    const app = { photos: { list: photos }, info: { host: host_ } };
    guardPage(app as unknown as App, window as unknown as Window);
    return {
      unload: () => {
        const event = new Event('beforeunload', { cancelable: true });
        window.dispatchEvent(event);
        return event.defaultPrevented;
      },
      hide: () => document.dispatchEvent(new Event('visibilitychange')),
    };
  }

  it('is prevented only while an edit is not autosaved', async () => {
    const { unload } = page('browser');
    expect(unload()).toBe(false);
    edit(photos[0]!);
    expect(unload()).toBe(true);
    await answerAll();
    expect(writes()).toEqual([['p-00000001', 'autosave']]);
    expect(unload()).toBe(false);
  });

  it('is never prevented in Electron, whose window asks by itself, but autosaves', async () => {
    const { unload } = page('electron');
    edit(photos[0]!);
    expect(unload()).toBe(false);
    await settle();
    expect(host.of('saveEdit')).toHaveLength(1);
  });

  it('autosaves when the page is hidden', async () => {
    const { hide } = page('browser');
    edit(photos[1]!);
    hide();
    await settle();
    expect(writes()).toEqual([['p-00000002', 'autosave']]);
  });
});
