/**
 * Settings copied from a photo, pasted to other photos in full or in part, as one step of history
 * each.
 */
import { createContext } from 'svelte';
import {
  applySettings,
  SETTING_PARTS,
  type SettingPart,
  type SettingsOnPhoto,
} from '../../../shared/edit/edit-transfer.js';
import type { PhotoState } from '../../editor/photo.svelte.js';

interface Copied extends SettingsOnPhoto {
  /** Name of the photo they come from. */
  readonly name: string;
}

export class SettingsClipboard {
  copied = $state.raw<Copied | null>(null);
  /** Parts of the last paste, preselected in the next one. */
  parts = $state.raw<readonly SettingPart[]>(SETTING_PARTS);

  copy({ info, current }: PhotoState): void {
    const { name, width, height } = info;
    this.copied = { name, photo: { width, height }, settings: current };
  }

  paste(targets: readonly PhotoState[], parts: readonly SettingPart[]): void {
    const { copied } = this;
    if (copied === null || parts.length === 0) return;
    this.parts = parts;
    for (const photo of targets) {
      photo.change('paste', (settings) =>
        applySettings(copied, { photo: photo.info, settings }, parts),
      );
    }
  }
}

export const [useClipboard, provideClipboard] = createContext<SettingsClipboard>();
