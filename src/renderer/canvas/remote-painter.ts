/**
 * The painter as the editor's thread uses it: one frame at a time, so that frames never pile up.
 */
import type { Scene, Source } from './layers.js';
import { mapScene } from './map-scene.js';
import type {
  Frame,
  PaintAnswer,
  PaintRequest,
  PictureId,
  PictureUpdate,
} from './paint-protocol.js';
import { CoverageSheet } from './coverage-sheet.js';

interface PaintPort {
  post(request: PaintRequest, transfer: Transferable[]): void;
  listen(handler: (answer: PaintAnswer) => void): void;
}

/** Callbacks for changes of the painter's state. */
interface PaintWatch {
  /** Number of tiles that could not be loaded. */
  failures(count: number): void;
  /** Technical reason why nothing is drawn; `null` if drawing works. */
  broken(cause: string | null): void;
}

export type FrameInput = Pick<Frame, 'size' | 'surround' | 'requests'> & {
  readonly scene: Scene | null;
};

export class RemotePainter {
  readonly #port: PaintPort;
  readonly #watch: PaintWatch;
  readonly #ledger = new PictureLedger();
  #busy = false;
  #next: (() => FrameInput) | null = null;

  constructor(port: PaintPort, canvas: OffscreenCanvas, watch: PaintWatch) {
    this.#port = port;
    this.#watch = watch;
    port.listen((answer) => {
      if (answer.kind === 'failures') watch.failures(answer.count);
      else if (answer.kind === 'broken') watch.broken(answer.cause);
      else this.#drawn();
    });
    port.post({ kind: 'begin', canvas }, [canvas]);
  }

  /** Draws now, or after the current frame with the state of that moment. */
  show(input: () => FrameInput): void {
    if (this.#busy) this.#next = input;
    else this.#draw(input());
  }

  /** Requests the failed tiles again. */
  retry(): void {
    this.#port.post({ kind: 'retry' }, []);
  }

  #drawn(): void {
    // An error of the frame is reported after this answer; the next frame may draw without it.
    this.#watch.broken(null);
    this.#busy = false;
    const next = this.#next;
    this.#next = null;
    if (next !== null) this.#draw(next());
  }

  #draw({ scene, ...input }: FrameInput): void {
    const named =
      scene &&
      mapScene(scene, {
        picture: (picture) => this.#ledger.use(picture),
        tiles: (pyramid) => pyramid,
      });
    const { pictures, forget } = this.#ledger.settle();
    const parts = pictures.flatMap((update) =>
      'part' in update ? [update.part.coverage.buffer] : [],
    );
    this.#busy = true;
    const frame: Frame = { ...input, scene: named, pictures, forget };
    this.#port.post({ kind: 'frame', frame }, parts);
  }
}

export class PictureLedger {
  #known = new Map<Source, PictureId>();
  #used = new Map<Source, PictureId>();
  #updates: PictureUpdate[] = [];
  #counter = 0;

  /**
   * Returns the id of a picture that the next frame shows, and queues what the painter lacks of it.
   */
  use(picture: Source): PictureId {
    const used = this.#used.get(picture);
    if (used !== undefined) return used;
    const known = this.#known.get(picture);
    const id = known ?? ++this.#counter;
    this.#used.set(picture, id);
    if (picture instanceof CoverageSheet) {
      const part = known === undefined ? picture.whole() : picture.takeChanged();
      const { width, height } = picture;
      if (part !== null) this.#updates.push({ id, size: { width, height }, part });
    } else if (known === undefined) this.#updates.push({ id, bitmap: picture });
    return id;
  }

  /** Returns the queued updates and the pictures no longer used, and starts the next frame. */
  settle(): { pictures: PictureUpdate[]; forget: PictureId[] } {
    const pictures = this.#updates;
    const forget = [...this.#known].filter(([p]) => !this.#used.has(p)).map(([, id]) => id);
    this.#known = this.#used;
    this.#used = new Map();
    this.#updates = [];
    return { pictures, forget };
  }
}

/** Starts the painter's thread; `stop` terminates it. */
export function startPainter(): PaintPort & { stop(): void } {
  const worker = new Worker(new URL('./paint-worker.ts', import.meta.url), {
    type: 'module',
  });
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen: (handler) => {
      worker.addEventListener('message', ({ data }: MessageEvent<PaintAnswer>) => handler(data));
      // A script that cannot be loaded fires a plain event without a message.
      worker.addEventListener('error', ({ message }: Partial<ErrorEvent>) =>
        handler({ kind: 'broken', cause: message ?? 'The script of the thread was not loaded.' }),
      );
    },
    stop: () => worker.terminate(),
  };
}
