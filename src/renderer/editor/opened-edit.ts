/** What was kept of a photo when it is opened again: taken up, or put aside and told. Nothing of it is ever changed here. */
import type { OpenedPhoto } from '../../shared/protocol/calls.js';
import {
  matchPhoto,
  newEdit,
  settingsOf,
  type Edit,
  type EditSettings,
  type PhotoIdentity,
} from '../../shared/edit/edit.js';
import { readEdit } from '../../shared/edit/read-edit.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import type { Kept } from './edit-persistence.svelte.js';

/** What the user has to know about it. */
export interface OpenNotice {
  /**
   * `recovered`: not saved by the user. `changed`: the photo is another than it was. `other`: of another photo, not used.
   * `invalid`: cannot be read, not used. `damaged`: read, but for some of it.
   */
  readonly kind: 'recovered' | 'changed' | 'other' | 'invalid' | 'damaged';
  /** The sidecar that is not used stays as it is until the user saves. */
  readonly untouched: boolean;
  /** In sentences of the reader; not translated. */
  readonly details: readonly string[];
  /** Why the saved edit is `invalid`. */
  readonly error?: ErrorData;
}

export interface OpenedEdit extends Kept {
  readonly edit: Edit;
  /** An edit of an earlier time goes on. */
  readonly resumed: boolean;
  readonly notice: OpenNotice | null;
}

/** `defaults`: how a photo without an edit begins. */
export function openEdit(info: OpenedPhoto, defaults: EditSettings, now: number): OpenedEdit {
  const photo = identityOf(info);
  const untouched = info.editFrom === 'sidecar';
  const invalid = (error: ErrorData): OpenedEdit => {
    return fresh(photo, defaults, now, { kind: 'invalid', untouched, details: [], error });
  };
  if (info.editProblem !== null) return invalid(info.editProblem);
  if (info.edit === null) return fresh(photo, defaults, now, null);
  try {
    const { edit, warnings } = readEdit(info.edit, now);
    const match = matchPhoto(edit.photo, photo);
    if (match === 'other') {
      return fresh(photo, defaults, now, { kind: 'other', untouched, details: [] });
    }
    const settings = settingsOf(edit);
    const recovered = info.editFrom === 'autosave';
    const kind = match === 'changed' ? match : recovered ? 'recovered' : 'damaged';
    const told = kind !== 'damaged' || warnings.length > 0;
    return {
      edit: { ...edit, photo },
      resumed: true,
      saved: recovered ? null : settings,
      autosaved: recovered ? settings : null,
      notice: told ? { kind, untouched: false, details: warnings } : null,
    };
  } catch (error) {
    return invalid(toErrorData(error));
  }
}

/** The edit as it is in this editor goes on with a photo that the host has opened again. */
export function continueEdit(
  info: OpenedPhoto,
  edit: Edit,
  { saved, autosaved }: Kept,
  defaults: EditSettings,
  now: number,
): OpenedEdit {
  const photo = identityOf(info);
  const match = matchPhoto(edit.photo, photo);
  if (match === 'other') {
    return fresh(photo, defaults, now, { kind: 'other', untouched: false, details: [] });
  }
  const notice: OpenNotice = { kind: 'changed', untouched: false, details: [] };
  const told = match === 'changed' ? notice : null;
  return { edit: { ...edit, photo }, resumed: true, saved, autosaved, notice: told };
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
