/** The open photos, their order in the filmstrip, and files that are being opened. */
import { SvelteMap } from 'svelte/reactivity';
import type { FileEntry, OpenedPhoto } from '../../shared/protocol/calls.js';
import type { FileRef, PhotoId } from '../../shared/protocol/ids.js';
import { DEFAULT_SETTINGS, type EditSettings } from '../../shared/edit/edit.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import { isBlurred, type BlurScore } from '../../shared/contracts/triage.js';
import type { Api } from '../host/api.js';
import { arrange, AS_OPENED, passesFilter, type Arrangement, type PhotoFacts } from './arrange.js';
import { continueEdit, openEdit, type OpenedEdit } from './opened-edit.js';
import { PhotoState } from './photo.svelte.js';

/** File that is being opened, or failed to open. */
export interface Opening {
  readonly file: FileEntry;
  readonly error: ErrorData | null;
}

export class Photos {
  /** Open photos in order of opening. */
  list = $state.raw<readonly PhotoState[]>([]);
  openings = $state.raw<readonly Opening[]>([]);
  currentId = $state<PhotoId | null>(null);
  /** Photos in the filmstrip, ordered and filtered. */
  readonly shown = $derived.by(() =>
    arrange(this.list, (photo) => this.#factsOf(photo), this.#arrangement(), this.current),
  );
  /** Number of photos without a blur score yet. */
  readonly waiting = $derived(this.list.filter((photo) => this.blurOf(photo) === undefined).length);
  /** Blur scores from the opening of each photo. */
  readonly #blurs = new SvelteMap<PhotoId, BlurScore | null>();
  readonly #api: Api;
  readonly #arrangement: () => Arrangement;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing that is shown
  readonly #aborts = new Map<FileRef, AbortController>();

  constructor(api: Api, arrangement = () => AS_OPENED) {
    this.#api = api;
    this.#arrangement = arrangement;
  }

  get current(): PhotoState | null {
    return this.list.find(({ info }) => info.photo === this.currentId) ?? null;
  }

  /** No photo is open or being opened. */
  get isEmpty(): boolean {
    return this.list.length === 0 && this.openings.length === 0;
  }

  /**
   * Opens photos and shows the first one; a photo that is open already is only shown. Photos
   * without a stored edit start with the defaults.
   */
  async open(files: readonly FileEntry[], defaults = DEFAULT_SETTINGS): Promise<void> {
    let first = true;
    for (const file of files.filter(({ kind }) => kind === 'photo')) {
      const known = this.list.find((photo) => photo.file === file.ref);
      if (known !== undefined) {
        if (first) this.select(known.info.photo);
      } else {
        const opened = await this.#openOne(file, (info) => this.#add(info, file.ref, defaults));
        if (first && opened !== null) this.select(opened.info.photo);
      }
      first = false;
    }
  }

  /** Stores a blur score; it may arrive before the photo's opening is answered. */
  setBlur(photo: PhotoId, blur: BlurScore | null): void {
    this.#blurs.set(photo, blur);
  }

  /** Returns the blur score; `undefined` while it is being computed, `null` if it cannot be. */
  blurOf({ info }: PhotoState): BlurScore | null | undefined {
    return this.#blurs.get(info.photo);
  }

  /** Photos whose score says that they are sharp. */
  get sharp(): readonly PhotoState[] {
    return this.list.filter((photo) => {
      const blur = this.blurOf(photo) ?? null;
      return blur !== null && !isBlurred(blur);
    });
  }

  /** Returns whether only being current keeps the photo visible despite the filter. */
  shownDespiteFilter(photo: PhotoState): boolean {
    return (
      photo === this.current && !passesFilter(this.#factsOf(photo), this.#arrangement().photoFilter)
    );
  }

  select(id: PhotoId): void {
    this.currentId = id;
  }

  /** Shows the next or previous photo of the filmstrip. */
  step(direction: 1 | -1): void {
    const at = this.shown.findIndex(({ info }) => info.photo === this.currentId);
    const next = this.shown[at + direction];
    if (at >= 0 && next !== undefined) this.select(next.info.photo);
  }

  /** Reopens a photo with its saved edit, in the same place; resolves with whether it is open. */
  reopen(old: PhotoState, defaults = DEFAULT_SETTINGS): Promise<boolean> {
    return this.#replace(old, (info) => openEdit(info, defaults, Date.now()));
  }

  /**
   * After an interruption, reopens photos that the host has closed, with their edits of this
   * window, and restarts running restorations.
   */
  async rejoin(defaults = DEFAULT_SETTINGS): Promise<void> {
    const photos = this.list.map(({ info }) => info.photo);
    if (photos.length === 0) return;
    const { signal } = new AbortController();
    const open = await this.#api.call(signal, 'rejoinPhotos', { photos });
    for (const old of this.list.filter(({ info }) => !open.includes(info.photo))) {
      const { busy, file } = old;
      const goOn = (info: OpenedPhoto): OpenedEdit =>
        continueEdit(info, old.editWithView(), old.persistence.onDisk, defaults, Date.now());
      if (!(await this.#replace(old, goOn))) continue;
      const photo = this.list.find((other) => other.file === file);
      // Autosaves what could not be saved during the interruption.
      photo?.persistence.changed();
      if (busy) void photo?.restore(null);
    }
  }

  async #replace(old: PhotoState, begin: (info: OpenedPhoto) => OpenedEdit): Promise<boolean> {
    const { name, bytes } = old.info;
    const file: FileEntry = { ref: old.file, name, kind: 'photo', bytes, modified: null };
    const opened = await this.#openOne(file, (info) => {
      const photo = new PhotoState(this.#api, info, old.file, begin(info));
      this.list = this.list.map((other) => (other === old ? photo : other));
      if (this.currentId === old.info.photo) this.select(info.photo);
      return photo;
    });
    if (opened === null) return false;
    await this.#release(old);
    return true;
  }

  /** Closes photos and shows the neighbour of the current one, if that is among them. */
  async close(...closed: readonly PhotoState[]): Promise<void> {
    const gone = closed.filter((photo) => this.list.includes(photo));
    const stays = (photo: PhotoState): boolean => !gone.includes(photo);
    const { current, shown } = this;
    if (current !== null && !stays(current)) {
      const at = shown.indexOf(current);
      const next = shown.slice(at).find(stays) ?? shown.slice(0, at).findLast(stays);
      this.currentId = (next ?? this.list.find(stays))?.info.photo ?? null;
    }
    this.list = this.list.filter(stays);
    await Promise.all(gone.map((photo) => this.#release(photo)));
  }

  /** Cancels an opening, or dismisses a failed one. */
  dismiss(file: FileRef): void {
    this.#aborts.get(file)?.abort();
    this.openings = this.openings.filter((opening) => opening.file.ref !== file);
  }

  #add(info: OpenedPhoto, file: FileRef, defaults: EditSettings): PhotoState {
    const opened = openEdit(info, defaults, Date.now());
    const photo = new PhotoState(this.#api, info, file, opened);
    this.list = [...this.list, photo];
    if (this.current === null) this.select(info.photo);
    return photo;
  }

  #factsOf(photo: PhotoState): PhotoFacts {
    const { name, taken } = photo.info;
    const { isExported, dirty } = photo.persistence;
    return {
      ...{ name, taken, blur: this.blurOf(photo) },
      ...{ exported: isExported, unsaved: dirty },
    };
  }

  async #release(photo: PhotoState): Promise<void> {
    photo.dispose();
    this.#blurs.delete(photo.info.photo);
    const { signal } = new AbortController();
    await this.#api.call(signal, 'closePhoto', { photo: photo.info.photo });
  }

  async #openOne(
    file: FileEntry,
    take: (info: OpenedPhoto) => PhotoState,
  ): Promise<PhotoState | null> {
    if (this.#aborts.has(file.ref)) return null;
    const abort = new AbortController();
    this.#aborts.set(file.ref, abort);
    this.#set({ file, error: null });
    try {
      const info = await this.#api.call(abort.signal, 'openPhoto', { file: file.ref });
      this.openings = this.openings.filter((opening) => opening.file.ref !== file.ref);
      return take(info);
    } catch (error) {
      if (!abort.signal.aborted) this.#set({ file, error: toErrorData(error) });
      return null;
    } finally {
      this.#aborts.delete(file.ref);
    }
  }

  #set(opening: Opening): void {
    const others = this.openings.filter(({ file }) => file.ref !== opening.file.ref);
    this.openings = [...others, opening];
  }
}
