/**
 * Restores the stored edit of a photo that is opened, or says why it is not used. Changes no file.
 */
import type { OpenedPhoto } from '../../shared/protocol/calls.js';
import {
  matchPhoto,
  newEdit,
  settingsOf,
  type Edit,
  type EditSettings,
  type PhotoIdentity,
} from '../../shared/edit/edit.js';
import { readEdit, type LostPart } from '../../shared/edit/read-edit.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import type { SavedSettings } from './edit-persistence.svelte.js';

/** Result of restoring the stored edit, shown once as a notice. */
export interface OpenNotice {
  /**
   * `recovered`: from the autosave. `changed`: the photo's file has changed since. `other`: of a
   * photo of another size, not used. `invalid`: unreadable, not used. `damaged`: restored except
   * for some parts.
   */
  readonly kind: 'recovered' | 'changed' | 'other' | 'invalid' | 'damaged';
  /** Whether an unused sidecar stays as it is until the user saves. */
  readonly untouched: boolean;
  /** Parts of the edit that could not be restored. */
  readonly lost: readonly LostPart[];
  /** Why the saved edit is `invalid`. */
  readonly error?: ErrorData;
}

export interface OpenedEdit extends SavedSettings {
  readonly edit: Edit;
  /** Whether a stored edit was restored. */
  readonly resumed: boolean;
  readonly notice: OpenNotice | null;
}

/**
 * Returns the edit that an opened photo begins with. `defaults`: settings of a photo without an
 * edit.
 */
export function openEdit(info: OpenedPhoto, defaults: EditSettings, now: number): OpenedEdit {
  const photo = identityOf(info);
  const untouched = info.editFrom === 'sidecar';
  const invalid = (error: ErrorData): OpenedEdit => {
    return fresh(photo, defaults, now, { kind: 'invalid', untouched, lost: [], error });
  };
  if (info.editProblem !== null) return invalid(info.editProblem);
  if (info.edit === null) return fresh(photo, defaults, now, null);
  try {
    const { edit, lost } = readEdit(info.edit, now);
    const match = matchPhoto(edit.photo, photo);
    if (match === 'other') {
      return fresh(photo, defaults, now, { kind: 'other', untouched, lost: [] });
    }
    const settings = settingsOf(edit);
    const recovered = info.editFrom === 'autosave';
    const kind = match === 'changed' ? match : recovered ? 'recovered' : 'damaged';
    const notify = kind !== 'damaged' || lost.length > 0;
    return {
      edit: { ...edit, photo },
      resumed: true,
      saved: recovered ? null : settings,
      autosaved: recovered ? settings : null,
      notice: notify ? { kind, untouched: false, lost } : null,
    };
  } catch (error) {
    return invalid(toErrorData(error));
  }
}

/**
 * Continues the edit in this editor with a photo that the host has opened again, after a lost
 * connection.
 */
export function continueEdit(
  info: OpenedPhoto,
  edit: Edit,
  { saved, autosaved }: SavedSettings,
  defaults: EditSettings,
  now: number,
): OpenedEdit {
  const photo = identityOf(info);
  const match = matchPhoto(edit.photo, photo);
  if (match === 'other') {
    return fresh(photo, defaults, now, { kind: 'other', untouched: false, lost: [] });
  }
  const notice: OpenNotice = { kind: 'changed', untouched: false, lost: [] };
  return {
    edit: { ...edit, photo },
    ...{ resumed: true, saved, autosaved },
    notice: match === 'changed' ? notice : null,
  };
}

/** Returns the fields by which an edit recognizes its photo. */
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
