/** What was kept of a photo when it is opened again: taken up, or put aside and told. Nothing of it is ever changed here. */
import type { OpenedPhoto } from '../../shared/api/calls.js';
import { readEdit } from '../../shared/edit-file.js';
import {
  matchPhoto,
  newEdit,
  settingsOf,
  type Edit,
  type EditSettings,
  type PhotoIdentity,
} from '../../shared/edit.js';
import { toErrorData } from '../../shared/errors.js';

/** What the user has to know about it. */
export interface OpenNotice {
  /**
   * `recovered`: not saved by the user. `changed`: the photo is another than it was. `other`: of another photo, not used.
   * `invalid`: cannot be read, not used. `damaged`: read, but for some of it.
   */
  readonly kind: 'recovered' | 'changed' | 'other' | 'invalid' | 'damaged';
  /** In sentences of the reader; not translated. */
  readonly details: readonly string[];
}

export interface OpenedEdit {
  readonly edit: Edit;
  /** An edit of an earlier time goes on. */
  readonly resumed: boolean;
  /** What is in the sidecar, as far as is known; null: the present edit is in none. */
  readonly saved: EditSettings | null;
  /** What the autosave holds; null: nothing of this edit. */
  readonly autosaved: EditSettings | null;
  readonly notice: OpenNotice | null;
}

/** `defaults`: how a photo without an edit begins. */
export function openEdit(info: OpenedPhoto, defaults: EditSettings, now: number): OpenedEdit {
  const photo = identityOf(info);
  if (info.edit === null) return fresh(photo, defaults, now, null);
  try {
    const { edit, warnings } = readEdit(info.edit, now);
    const match = matchPhoto(edit.photo, photo);
    if (match === 'other') return fresh(photo, defaults, now, { kind: 'other', details: [] });
    const settings = settingsOf(edit);
    const recovered = info.editFrom === 'autosave';
    const kind = match === 'changed' ? match : recovered ? 'recovered' : 'damaged';
    const told = kind !== 'damaged' || warnings.length > 0;
    return {
      edit: { ...edit, photo },
      resumed: true,
      saved: recovered ? null : settings,
      autosaved: recovered ? settings : null,
      notice: told ? { kind, details: warnings } : null,
    };
  } catch (error) {
    const { message, hint } = toErrorData(error);
    const details = hint === undefined ? [message] : [message, hint];
    return fresh(photo, defaults, now, { kind: 'invalid', details });
  }
}

/** Which file an edit belongs to. */
export function identityOf({ name, width, height, bytes, hash }: OpenedPhoto): PhotoIdentity {
  return { name, width, height, bytes, hash };
}

function fresh(
  photo: PhotoIdentity,
  defaults: EditSettings,
  now: number,
  notice: OpenNotice | null,
): OpenedEdit {
  const edit = newEdit(photo, now, defaults);
  return { edit, resumed: false, saved: settingsOf(edit), autosaved: null, notice };
}
