/** A progress bar on a terminal; the only user of cli-progress, which prints fields unescaped. */
import cliProgress from 'cli-progress';
import { printable } from '../../shared/core/printable.js';

/** `format` must be constant; values from outside go into its `{fields}`, which are escaped. */
export class ProgressBar<Fields extends Readonly<Record<string, string>>> {
  private readonly bar: cliProgress.SingleBar;

  constructor(stream: NodeJS.WriteStream, format: string, barsize: number, fields: Fields) {
    this.bar = new cliProgress.SingleBar({
      ...{ stream, format, barsize },
      barCompleteChar: '█',
      barIncompleteChar: '░',
      clearOnComplete: true,
      hideCursor: true,
    });
    this.bar.start(1, 0, escaped(fields));
  }

  /** Shows `done` of `total`; omitted fields keep their values. */
  update(done: number, total: number, fields: Partial<Fields>): void {
    this.bar.setTotal(Math.max(1, total));
    this.bar.update(done, escaped(fields));
  }

  /** Changes fields only. */
  show(fields: Partial<Fields>): void {
    this.bar.update(escaped(fields));
  }

  /** Removes the bar from the terminal. */
  stop(): void {
    this.bar.stop();
  }
}

function escaped(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, printable(value ?? '')]),
  );
}
