/** Shows the progress of `unsmear triage`: share of the bytes, and time left. */
import { basename } from 'node:path';
import { BatchBar } from './batch-bar.js';

interface Photo {
  readonly input: string;
  readonly bytes: number;
}

export class TriageBar {
  private readonly bar: BatchBar;
  private total = 0;
  private bytes = 0;
  private count = 0;
  private finished = 0;
  private began = 0;

  constructor(quiet: boolean, stderr: NodeJS.WriteStream = process.stderr) {
    this.bar = new BatchBar(quiet, stderr);
  }

  begin(photos: readonly Photo[]): void {
    this.count = photos.length;
    this.total = photos.reduce((sum, { bytes }) => sum + bytes, 0);
    this.began = performance.now();
  }

  done({ input, bytes }: Photo): void {
    this.finished++;
    this.bytes += bytes;
    const seconds = (performance.now() - this.began) / 1000;
    const waiting = this.count - this.finished;
    this.bar.show(
      {
        counts: { waiting, working: 0, done: this.finished, skipped: 0, failed: 0 },
        bytes: this.bytes,
        totalBytes: this.total,
        megapixelsPerSecond: null,
        secondsLeft: this.bytes === 0 ? null : ((this.total - this.bytes) * seconds) / this.bytes,
      },
      basename(input),
    );
  }

  hide(): void {
    this.bar.hide();
  }
}
