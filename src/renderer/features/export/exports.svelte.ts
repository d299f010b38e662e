/** Exports of the open photos, and the place and counter that they share in this session. */
import { createContext } from 'svelte';
import type { FileEntry, OpenedPhoto } from '../../../shared/protocol/calls.js';
import type { PhotoState } from '../../editor/photo.svelte.js';
import type { Api } from '../../host/api.js';
import type { ExportPlace } from './export-plan.js';
import { ExportState } from './export.svelte.js';

export class Exports {
  /** Chosen place; used for every photo until another is chosen. */
  wanted = $state.raw<ExportPlace>('own');
  /** Last folder that was chosen. */
  folder = $state.raw<FileEntry | null>(null);
  /** Number of the next export, for `{counter}` in names. */
  counter = $state(1);
  readonly #api: Api;
  readonly #states = new WeakMap<PhotoState, ExportState>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Returns the export of a photo, created on first use. */
  of(photo: PhotoState): ExportState {
    const known = this.#states.get(photo);
    if (known !== undefined) return known;
    const state = new ExportState(this.#api, photo);
    this.#states.set(photo, state);
    return state;
  }

  choose(folder: FileEntry): void {
    this.folder = folder;
    this.wanted = folder;
  }

  /** Returns where a photo goes; photos without a folder of their own are downloaded. */
  placeOf({ hasFolder }: Pick<OpenedPhoto, 'hasFolder'>): ExportPlace {
    return this.wanted === 'own' && !hasFolder ? 'download' : this.wanted;
  }
}

export const [useExports, provideExports] = createContext<Exports>();
