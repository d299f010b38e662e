/** A batch on a terminal: one line for the whole, below it what becomes of each photo. */
import cliProgress from 'cli-progress';
import type { BatchProgress } from '../../shared/batch.js';

export class BatchBar {
  private bar: cliProgress.SingleBar | null = null;

  constructor(
    private readonly quiet: boolean,
    private readonly stderr: NodeJS.WriteStream = process.stderr,
  ) {}

  show(progress: BatchProgress, photo: string): void {
    if (!this.stderr.isTTY || this.quiet) return;
    if (this.bar === null) {
      this.bar = new cliProgress.SingleBar({
        format: '{bar} {percentage}% {files} {pace} {left} {photo}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        clearOnComplete: true,
        hideCursor: true,
        stream: this.stderr,
      });
      this.bar.start(1, 0, describeProgress(progress, photo));
    }
    this.bar.setTotal(Math.max(1, progress.totalBytes));
    this.bar.update(progress.bytes, describeProgress(progress, photo));
  }

  /** Before anything else is written. */
  hide(): void {
    this.bar?.stop();
    this.bar = null;
  }
}

export function describeProgress(
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

/** `40 s`, `12 min`, `3 h 05 min`. */
export function describeLong(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
