/** Coloured diagnostic map over the photo. */
import { createContext, untrack } from 'svelte';
import { loadPicture } from '../../canvas/pictures.js';
import type { Editor } from '../../editor/editor.svelte.js';
import { RemotePicture } from '../../editor/remote-picture.svelte.js';
import { colourMap } from './map-colours.js';

/** While tiles arrive, only every eighth version of the map is fetched. */
const VERSION_STEP = 8;

export class MapOverlay extends RemotePicture {
  readonly #editor: Editor;

  constructor(editor: Editor) {
    super();
    this.#editor = editor;
  }

  /** Fetches the chosen map of the current result; call it in an effect. */
  follow(): void {
    const { api, photo, view } = this.#editor;
    const kind = view.mapPreview ?? view.map;
    const { result = null, version = 0, maps = [] } = photo?.model ?? {};
    let url: string | null = null;
    if (photo !== null && kind !== null && result !== null && maps.includes(kind)) {
      const shown = photo.busy ? version - (version % VERSION_STEP) : version;
      const address = { kind: 'map', photo: photo.info.photo, result, map: kind } as const;
      url = api.pixelUrl({ ...address, version: shown });
    }
    untrack(() =>
      this.show(url, false, async (signal, address) =>
        colourMap(kind ?? 'difficulty', await loadPicture(signal, address)),
      ),
    );
  }
}

export const [useMapOverlay, provideMapOverlay] = createContext<MapOverlay>();
