/** The painter as the editor's thread sees it: takes one frame at a time, so that frames never pile up. */
import type { Scene } from './layers.js';
import { mapScene } from './map-scene.js';
import type { Frame, PaintAnswer, PaintRequest } from './paint-protocol.js';
import { PictureLedger } from './picture-ledger.js';

export interface PaintPort {
  post(request: PaintRequest, transfer: Transferable[]): void;
  listen(handler: (answer: PaintAnswer) => void): void;
}

export type Look = Pick<Frame, 'size' | 'surround' | 'requests'> & { readonly scene: Scene | null };

export class RemotePainter {
  readonly #port: PaintPort;
  readonly #ledger = new PictureLedger();
  #busy = false;
  #next: (() => Look) | null = null;

  /** `failed` hears how many tiles could not be loaded, each time that changes. */
  constructor(port: PaintPort, canvas: OffscreenCanvas, failed: (count: number) => void) {
    this.#port = port;
    port.listen((answer) => {
      if (answer.kind === 'failures') failed(answer.count);
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
