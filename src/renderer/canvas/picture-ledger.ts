/** Which pictures the painter's thread has, and what it has to be sent for the next frame. */
import { CoverageSheet } from './coverage-sheet.js';
import type { Source } from './layers.js';
import type { PictureId, PictureUpdate } from './paint-protocol.js';

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
