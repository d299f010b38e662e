/**
 * Prints results to stdout (with --json one document) for scripts, and notes, errors and progress
 * to stderr for people. Every text is one line; `terminal.ts` escapes it.
 */
import type { RestoreEvent } from '../app/restore-photo.js';
import type { ErrorData } from '../../shared/core/errors.js';
import { explain, warningInEnglish } from '../../shared/texts/explain.js';
import { printError, printJson, printLine, printPath0 } from '../hosts/terminal.js';
import { ProgressBar } from './progress-bar.js';

interface ConsoleOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export class Console {
  private bar: ProgressBar<{ label: string; left: string }> | null = null;
  private label = '';

  constructor(
    private readonly options: ConsoleOptions,
    private readonly stdout: NodeJS.WriteStream = process.stdout,
    private readonly stderr: NodeJS.WriteStream = process.stderr,
  ) {}

  /** Prints a result for people, unless the output is JSON or quiet. */
  result(text: string): void {
    if (this.options.json || this.options.quiet) return;
    this.hideBar();
    printLine(this.stdout, text);
  }

  /** Prints an unescaped path for scripts, followed by a null character. */
  path0(path: string): void {
    if (this.options.json || this.options.quiet) return;
    this.hideBar();
    printPath0(this.stdout, path);
  }

  json(document: unknown): void {
    if (!this.options.json) return;
    this.hideBar();
    printJson(this.stdout, document);
  }

  note(text: string): void {
    if (this.options.quiet) return;
    this.hideBar();
    printLine(this.stderr, text);
  }

  /** `subject`: name of the file, added if the message does not contain it. */
  error(error: ErrorData, subject?: string): void {
    this.hideBar();
    const text = explain(error, 'cli', 'en');
    const { message } = text;
    const about = subject === undefined || message.includes(subject) ? '' : `${subject}: `;
    printError(this.stderr, { ...text, message: `${about}${message}` });
  }

  begin(label: string): void {
    this.hideBar();
    this.label = label;
    if (!this.showsBar()) this.note(label);
  }

  /** Updates the bar of one photo from the engine's events. */
  event(event: RestoreEvent): void {
    switch (event.type) {
      case 'progress':
        if (this.bar === null) this.showBar();
        this.bar?.update(event.done, event.total, { left: describeSeconds(event.secondsLeft) });
        break;
      case 'encoding':
        this.bar?.show({ left: 'writing' });
        break;
      case 'retried':
        this.note(`${this.label}: trying again (${event.details})`);
        break;
      case 'warning':
        this.note(`warning: ${this.label}: ${warningInEnglish(event.warning)}`);
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
    const fields = { label: this.label, left: '' };
    this.bar = new ProgressBar(this.stderr, '{label} {bar} {percentage}% {left}', 30, fields);
  }
}

export function describeSeconds(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 90) return `${Math.ceil(seconds)} s left`;
  return `${Math.ceil(seconds / 60)} min left`;
}
