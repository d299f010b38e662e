/**
 * What the command line says: results on stdout (one JSON document with --json), everything else on
 * stderr, so that scripts can read the one and people the other.
 */
import cliProgress from 'cli-progress';
import type { ErrorData } from '../../shared/errors.js';
import type { RestoreEvent } from '../../shared/restore.js';

export interface ConsoleOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export class Console {
  private bar: cliProgress.SingleBar | null = null;
  private label = '';

  constructor(
    private readonly options: ConsoleOptions,
    private readonly stdout: NodeJS.WriteStream = process.stdout,
    private readonly stderr: NodeJS.WriteStream = process.stderr,
  ) {}

  /** For people, on stdout; silent when scripts listen. */
  result(text: string, end = '\n'): void {
    if (this.options.json || this.options.quiet) return;
    this.hideBar();
    this.stdout.write(`${text}${end}`);
  }

  json(document: unknown): void {
    if (!this.options.json) return;
    this.hideBar();
    this.stdout.write(`${JSON.stringify(document, finite, 2)}\n`);
  }

  note(text: string): void {
    if (this.options.quiet) return;
    this.hideBar();
    this.stderr.write(`${text}\n`);
  }

  error(error: ErrorData, subject?: string): void {
    this.hideBar();
    const about = subject === undefined || error.message.includes(subject) ? '' : `${subject}: `;
    this.stderr.write(`error: ${about}${error.message}\n`);
    if (error.hint !== undefined) this.stderr.write(`       ${error.hint}\n`);
  }

  begin(label: string): void {
    this.hideBar();
    this.label = label;
    if (!this.showsBar()) this.note(label);
  }

  /** The bar of one photo follows the engine's events. */
  event(event: RestoreEvent): void {
    switch (event.type) {
      case 'planned':
        this.showBar();
        break;
      case 'progress':
        this.bar?.setTotal(Math.max(1, event.total));
        this.bar?.update(event.done, { left: describeSeconds(event.secondsLeft) });
        break;
      case 'encoding':
        this.bar?.update({ left: 'writing' });
        break;
      case 'retried':
        this.note(`${this.label}: trying again (${event.reason})`);
        break;
      case 'warning':
        this.note(`warning: ${this.label}: ${event.message}`);
        break;
      default:
        break;
    }
  }

  hideBar(): void {
    this.bar?.stop();
    this.bar = null;
  }

  private showsBar(): boolean {
    return this.stderr.isTTY && !this.options.quiet;
  }

  private showBar(): void {
    if (!this.showsBar()) return;
    this.hideBar();
    this.bar = new cliProgress.SingleBar({
      format: `${this.label} {bar} {percentage}% {left}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 30,
      clearOnComplete: true,
      hideCursor: true,
      stream: this.stderr,
    });
    this.bar.start(1, 0, { left: '' });
  }
}

/** JSON knows no infinity: the PSNR of equal pictures is told as a number no real one reaches. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity ? 999 : value;
}

export function describeSeconds(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 90) return `${Math.ceil(seconds)} s left`;
  return `${Math.ceil(seconds / 60)} min left`;
}
