/** Shows the progress of a batch on a terminal. */
import type { BatchProgress } from '../../shared/contracts/batch.js';
import { ProgressBar } from './progress-bar.js';

const FORMAT = '{bar} {percentage}% {files} {pace} {left} {photo}';

type Fields = ReturnType<typeof describeProgress>;

export class BatchBar {
  private bar: ProgressBar<Fields> | null = null;

  constructor(
    private readonly quiet: boolean,
    private readonly stderr: NodeJS.WriteStream = process.stderr,
  ) {}

  show(progress: BatchProgress, photo: string): void {
    if (!this.stderr.isTTY || this.quiet) return;
    const fields = describeProgress(progress, photo);
    this.bar ??= new ProgressBar(this.stderr, FORMAT, 24, fields);
    this.bar.update(progress.bytes, progress.totalBytes, fields);
  }

  /** Removes the bar; needed before any other output. */
  hide(): void {
    this.bar?.stop();
    this.bar = null;
  }
}

function describeProgress(
  { counts, megapixelsPerSecond, secondsLeft }: BatchProgress,
  photo: string,
): { files: string; pace: string; left: string; photo: string } {
  const finished = counts.done + counts.skipped + counts.failed;
  const total = finished + counts.waiting + counts.working;
  return {
    files: `${finished}/${total}`,
    pace: megapixelsPerSecond === null ? '' : `${megapixelsPerSecond.toPrecision(2)} MP/s`,
    left: secondsLeft === null ? '' : `${describeLong(secondsLeft)} left`,
    photo,
  };
}

/** Formats a duration: `40 s`, `12 min`, `3 h 05 min`. */
function describeLong(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
