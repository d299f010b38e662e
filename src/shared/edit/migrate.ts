/** Migrates stored documents of older versions, and validates their parts. */
import { z } from 'zod';
import { UnsmearError } from '../core/errors.js';

export type StoredDocument = Readonly<Record<string, unknown>>;

/** `steps[n]` makes version n + 1 out of version n. */
export interface DocumentKind {
  /** Value of the field `format`. */
  readonly format: string;
  /** Reason of the errors about it. */
  readonly name: 'edit' | 'preset';
  /** Current version. */
  readonly version: number;
  readonly steps: Readonly<Record<number, (document: StoredDocument) => StoredDocument>>;
}

/** Returns the document in the current version, not validated. Throws `edit-invalid`. */
export function migrate(value: unknown, kind: DocumentKind): StoredDocument {
  if (typeof value !== 'object' || value === null || !('format' in value)) {
    throw invalid(kind, 'it is something else');
  }
  let document = value as StoredDocument;
  if (document.format !== kind.format) throw invalid(kind, 'it is something else');
  const { version } = document;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw invalid(kind, 'it does not say its version');
  }
  if (version > kind.version) {
    throw new UnsmearError('edit-invalid', { reason: `newer-${kind.name}` });
  }
  for (let from = version; from < kind.version; from++) {
    const step = kind.steps[from];
    if (!step) throw invalid(kind, `version ${from} is no longer known`);
    document = { ...step(document), version: from + 1 };
  }
  return document;
}

/** Validates a part of a document. Throws `edit-invalid` with the place and the problem. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  kind: DocumentKind,
  place: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = [place, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
  throw invalid(kind, `${path}: ${issue?.message ?? 'invalid'}`);
}

export function invalid(kind: DocumentKind, reason: string): UnsmearError {
  return new UnsmearError('edit-invalid', { reason: kind.name, details: reason });
}
