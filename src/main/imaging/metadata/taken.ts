/** Reads when a photo was taken, by its camera's clock. */
import { IfdError, TAG, readTree, readerOf } from './ifd.js';
import { ReadBudget } from './read-budget.js';

/** DateTimeOriginal, then DateTimeDigitized (scans). */
const DATES: readonly number[] = [36867, 36868];

/**
 * Returns the camera's local time, interpreted in this machine's time zone; `null` if the EXIF
 * block (without its prefix) does not say.
 */
export function takenAt(exif: Uint8Array | null): Date | null {
  if (exif === null) return null;
  try {
    const { root } = readTree(
      readerOf(exif),
      new ReadBudget(exif.length),
      (tag) => tag === TAG.exif,
    );
    const entries = root.subs.get(TAG.exif)?.entries ?? [];
    const found = DATES.map((tag) => entries.find((entry) => entry.tag === tag));
    const dates = found.map((entry) => (entry === undefined ? null : dateOf(entry.data)));
    return dates.find((date) => date !== null) ?? null;
  } catch (error) {
    if (error instanceof IfdError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Parses `2026:01:09 07:05:03`; `null` for the zeros or spaces of a clock that was never set. */
function dateOf(value: Uint8Array): Date | null {
  const text = Buffer.from(value).toString('latin1');
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  const date = new Date(year, month - 1, day, hours, minutes, seconds);
  const real =
    date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
  return real ? date : null;
}

/** Formats a date as `2026-01-09T07:05:03`, without a time zone. */
export function localText(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [
    String(date.getFullYear()).padStart(4, '0'),
    two(date.getMonth() + 1),
    two(date.getDate()),
  ];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two);
  return `${day.join('-')}T${time.join(':')}`;
}
