/**
 * Tracks which editors have which photo open. After the last editor has disconnected, the photo
 * stays open for a while, so that a reloaded page finds its results, and is then closed.
 */
import { stat } from 'node:fs/promises';
import type { OpenedPhoto } from '../../shared/protocol/calls.js';
import type { PhotoId } from '../../shared/protocol/ids.js';
import { UnsmearError } from '../../shared/core/errors.js';
import type { Editor } from './service.js';

/** Facts about an open photo that do not change; its edit does. */
export type PhotoFacts = Omit<OpenedPhoto, 'edit' | 'editFrom' | 'editProblem'>;

interface Entry {
  readonly path: string;
  readonly facts: PhotoFacts;
  readonly stamp: string;
  readonly editors: Set<Editor>;
  /** Closes the photo; runs while no editor has it open. */
  timer: NodeJS.Timeout | null;
}

/** Time in ms until a photo is closed: lost connections may take longer than a reload. */
const GRACE_MS = 120_000;

export class OpenPhotos {
  private readonly entries = new Map<PhotoId, Entry>();

  /** `expired` is called with a photo that no editor has reopened in time. */
  constructor(
    private readonly expired: (photo: PhotoId) => void,
    private readonly graceMs = GRACE_MS,
  ) {}

  async add(path: string, facts: PhotoFacts, editor?: Editor): Promise<void> {
    const entry = { path, facts, stamp: await stampOf(path), editors: new Set<Editor>() };
    this.entries.set(facts.photo, { ...entry, timer: null });
    this.use(facts.photo, editor);
  }

  /** Finds a photo that was left open and whose file has not changed. */
  async findLeft(path: string): Promise<PhotoId | null> {
    const stamp = await stampOf(path);
    for (const [photo, entry] of this.entries) {
      if (entry.timer !== null && entry.path === path && entry.stamp === stamp) return photo;
    }
    return null;
  }

  /** Returns the files of all open photos. */
  sources(): readonly string[] {
    return [...this.entries.values()].map(({ path }) => path);
  }

  has(photo: PhotoId): boolean {
    return this.entries.has(photo);
  }

  /** Registers the editor as a user of the photo. Throws `photo-not-open` for an unknown photo. */
  use(photo: PhotoId, editor?: Editor): Pick<Entry, 'path' | 'facts'> {
    const entry = this.entries.get(photo);
    if (entry === undefined) {
      throw new UnsmearError('photo-not-open');
    }
    if (editor !== undefined && !entry.editors.has(editor)) this.join(photo, entry, editor);
    return entry;
  }

  remove(photo: PhotoId): void {
    clearTimeout(this.entries.get(photo)?.timer ?? undefined);
    this.entries.delete(photo);
  }

  clear(): void {
    for (const photo of [...this.entries.keys()]) this.remove(photo);
  }

  private join(photo: PhotoId, entry: Entry, editor: Editor): void {
    clearTimeout(entry.timer ?? undefined);
    entry.timer = null;
    entry.editors.add(editor);
    const leave = (): void => {
      entry.editors.delete(editor);
      if (entry.editors.size > 0 || this.entries.get(photo) !== entry) return;
      entry.timer = setTimeout(() => this.expired(photo), this.graceMs);
      entry.timer.unref();
    };
    if (editor.left.aborted) leave();
    else editor.left.addEventListener('abort', leave, { once: true });
  }
}

/** Returns a text that changes with the file's content. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found === null ? 'missing' : `${found.size} ${found.mtimeMs}`;
}
