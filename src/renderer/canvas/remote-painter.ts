/** The painter as the editor's thread sees it: takes one frame at a time, so that frames never pile up. */
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

/** What is told of the thread, each time that it changes. */
interface PaintWatch {
  /** How many tiles could not be loaded. */
  failures(count: number): void;
  /** Why nothing is drawn; null: something is. */
  broken(cause: string | null): void;
}

export type Look = Pick<Frame, 'size' | 'surround' | 'requests'> & { readonly scene: Scene | null };

export class RemotePainter {
  readonly #port: PaintPort;
  readonly #watch: PaintWatch;
  readonly #ledger = new PictureLedger();
  #busy = false;
  #next: (() => Look) | null = null;

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

  /** Draws now, or as it looks when the frame before is drawn. */
  show(look: () => Look): void {
    if (this.#busy) this.#next = look;
    else this.#draw(look());
  }

  /** Asks again for the tiles that failed. */
  retry(): void {
    this.#port.post({ kind: 'retry' }, []);
  }

  #drawn(): void {
    // What a frame threw is told after it; the next one may do without what was wrong.
    this.#watch.broken(null);
    this.#busy = false;
    const next = this.#next;
    this.#next = null;
    if (next !== null) this.#draw(next());
  }

  #draw({ scene, ...look }: Look): void {
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
    const frame: Frame = { ...look, scene: named, pictures, forget };
    this.#port.post({ kind: 'frame', frame }, parts);
  }
}

export class PictureLedger {
  #known = new Map<Source, PictureId>();
  #used = new Map<Source, PictureId>();
  #updates: PictureUpdate[] = [];
  #counter = 0;

  /** The name of a picture that the next frame shows. */
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

  /** What goes with the frame; the next begins. */
  settle(): { pictures: PictureUpdate[]; forget: PictureId[] } {
    const pictures = this.#updates;
    const forget = [...this.#known].filter(([p]) => !this.#used.has(p)).map(([, id]) => id);
    this.#known = this.#used;
    this.#used = new Map();
    this.#updates = [];
    return { pictures, forget };
  }
}

/** `stop` ends it, with all that it holds. */
export function startPainter(): PaintPort & { stop(): void } {
  const worker = new Worker(new URL('./paint-worker.ts', import.meta.url), {
    type: 'module',
  });
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen: (handler) => {
      worker.addEventListener('message', ({ data }: MessageEvent<PaintAnswer>) => handler(data));
      // A script that cannot be loaded is told by a plain event without a message.
      worker.addEventListener('error', ({ message }: Partial<ErrorEvent>) =>
        handler({ kind: 'broken', cause: message ?? 'The script of the thread was not loaded.' }),
      );
    },
    stop: () => worker.terminate(),
  };
}
