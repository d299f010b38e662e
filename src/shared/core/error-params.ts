/**
 * All errors and warnings of the program: a code, and the parameters that its sentence needs. Where
 * one code has several causes, `reason` names them. `src/shared/texts` has a sentence for each code
 * and reason.
 *
 * `name` and `file` are file names without folders, `folder` and `path` are whole paths. `details`
 * is text from outside (a validator, a library, the system); it is not translated.
 */

/** For codes whose sentence needs no parameters. */
export interface NoParams {
  readonly reason?: never;
}

/** An error whose meaning is not known any better; `details` is its text. */
interface Other {
  readonly reason: 'other';
  readonly details: string;
}

interface Named<R extends string> {
  readonly reason: R;
  readonly name: string;
}

interface Bare<R extends string> {
  readonly reason: R;
}

interface InFolder<R extends string> {
  readonly reason: R;
  readonly folder: string;
}

export interface ErrorParams {
  'file-missing':
    | Named<'not-found' | 'photo'>
    | Bare<'unnamed' | 'forgotten' | 'thumbnail' | 'nothing-to-restore' | 'editor'>
    | InFolder<'folder' | 'no-photos'>
    | { readonly reason: 'sharp-photo'; readonly name: string; readonly folder: string }
    | { readonly reason: 'pattern'; readonly pattern: string };
  'file-unreadable':
    | Named<'denied' | 'unopenable' | 'folder' | 'pipe' | 'socket' | 'device'>
    | Bare<'unnamed' | 'outside' | 'changed'>
    | Other;
  'format-unsupported':
    | Named<
        | 'unknown'
        | 'raw'
        | 'heic'
        | 'channels'
        | 'hdr'
        | 'animation'
        | 'video'
        | 'gif'
        | 'pdf'
        | 'svg'
        | 'bmp'
        | 'photoshop'
        | 'openexr'
        | 'jpeg-xl'
        | 'jpeg-2000'
        | 'zip'
      >
    /** `format` is a RAW format by name, `converter` the camera maker's own program for it. */
    | { readonly reason: 'raw-format'; readonly name: string; readonly format: string }
    | {
        readonly reason: 'raw-of-maker';
        readonly name: string;
        readonly format: string;
        readonly converter: string;
      }
    | { readonly reason: 'samples'; readonly name: string; readonly depth: string }
    | { readonly reason: 'extension'; readonly extension: string };
  'image-broken':
    | Named<'empty' | 'header' | 'data' | 'coding'>
    | { readonly reason: 'mislabelled'; readonly name: string; readonly promised: string };
  'image-too-large':
    | {
        readonly reason: 'pixels';
        readonly name: string;
        readonly width: number;
        readonly height: number;
        readonly megapixels: number;
      }
    | { readonly reason: 'upload'; readonly megabytes: number }
    | { readonly reason: 'format'; readonly format: string; readonly pixels: number };
  'output-unwritable':
    | { readonly reason: 'is-folder' | 'template-folder'; readonly path: string }
    | Named<'not-a-file' | 'not-a-folder' | 'failed'>
    | InFolder<'folder-missing' | 'folder-denied' | 'folder-unmakeable'>
    | Other;
  'output-exists':
    Named<'file'> | { readonly reason: 'pictures'; readonly folder: string; readonly name: string };
  'output-is-input': Named<'input' | 'open' | 'batch'>;
  'output-gone': { readonly folder: string };
  'disk-full':
    { readonly reason: 'file'; readonly name: string; readonly folder: string } | Bare<'unnamed'>;
  'mask-invalid':
    | {
        readonly reason: 'size';
        readonly name: string;
        readonly width: number;
        readonly height: number;
        readonly photoWidth: number;
        readonly photoHeight: number;
      }
    | Named<'black' | 'unreadable'>
    | Bare<'too-much-work'>
    | { readonly reason: 'picture'; readonly details: string };
  'edit-invalid':
    | Bare<'not-an-edit' | 'too-deep'>
    | { readonly reason: 'too-large'; readonly megabytes: number }
    | Bare<'newer-edit' | 'newer-preset'>
    | { readonly reason: 'edit' | 'preset'; readonly details: string }
    /** The edit saved beside a photo of a batch. */
    | { readonly reason: 'sidecar'; readonly name: string; readonly problem: ErrorData };
  /** `beside`: the sidecar in the photo's folder; `apart`: in the data folder. */
  'edit-unsaved': {
    readonly reason: 'beside' | 'beside-full' | 'apart' | 'apart-full';
    readonly problem: ErrorData;
  };
  'document-too-large': NoParams;
  'photo-not-open': NoParams;
  'result-missing': Bare<'tile' | 'map' | 'result'>;
  'name-invalid':
    | { readonly reason: 'extension'; readonly name: string; readonly extension: string }
    | { readonly reason: 'template'; readonly name: string; readonly details: string };
  'name-taken': { readonly name: string };
  'setting-invalid': { readonly setting: string; readonly details: string };
  /** Values of the command line that only the machine can judge. */
  'option-invalid':
    | { readonly reason: 'watch'; readonly path: string }
    | { readonly reason: 'port'; readonly port: number };
  /** A caller's mistake, not the user's. */
  'request-invalid':
    | { readonly reason: 'value'; readonly place: string; readonly details: string }
    | { readonly reason: 'not-served'; readonly call: string }
    | Bare<'call-id' | 'unknown-call' | 'no-file' | 'view'>;
  /** The user asked for something that this host cannot do. */
  'host-unable': Bare<'choose-photos' | 'choose-folder' | 'windows' | 'reveal'>;
  'pair-mismatch': { readonly name: string };
  'folder-needed': NoParams;
  'batch-missing': { readonly batch: number };
  'batch-busy': Bare<'elsewhere'> | { readonly reason: 'process'; readonly process: number };
  'journal-unusable': { readonly reason: 'broken'; readonly path: string } | Bare<'newer'>;
  'plugin-missing':
    | Bare<'none'>
    | { readonly reason: 'id'; readonly id: string; readonly known: string }
    | InFolder<'folder'>;
  'plugin-invalid':
    | { readonly reason: 'disabled'; readonly id: string; readonly problem: ErrorData }
    | { readonly reason: 'id-taken'; readonly id: string }
    | {
        readonly reason:
          'changed' | 'lacks-file' | 'leads-out' | 'no-file' | 'not-published' | 'not-onnx';
        readonly file: string;
      }
    | {
        readonly reason: 'reads-outside' | 'reads-unlisted';
        readonly file: string;
        readonly other: string;
      }
    | { readonly reason: 'manifest-too-large' | 'manifest-no-json'; readonly path: string }
    | { readonly reason: 'manifest-unreadable'; readonly problem: ErrorData }
    | {
        readonly reason: 'manifest';
        readonly path: string;
        readonly place: string;
        readonly details: string;
      }
    | { readonly reason: 'graph'; readonly details: string }
    | Other;
  /** `exit` is an exit code or a signal, `system` names the system and the processor. */
  'device-unusable':
    | Bare<'differs' | 'slow' | 'crashed' | 'out-of-memory' | 'endless'>
    | { readonly reason: 'not-included'; readonly system: string }
    | { readonly reason: 'crashed-in-test'; readonly exit: string }
    | Other;
  'plugin-failed':
    | { readonly reason: 'slow-device'; readonly seconds: number }
    | { readonly reason: 'slow-test'; readonly model: string; readonly seconds: number }
    | {
        readonly reason: 'slow';
        readonly model: string;
        readonly width: number;
        readonly height: number;
        readonly seconds: number;
      }
    | Other;
  'engine-missing': Bare<'runtime'> | { readonly reason: 'not-built'; readonly file: string };
  /** `exit` is an exit code or a signal. */
  'engine-crashed': { readonly exit: string };
  'out-of-memory': NoParams;
  disconnected: Bare<'lost' | 'unreached'>;
  cancelled: NoParams;
  /** A fault of ours. `hidden`: the details are in the log of the host only. */
  internal:
    | Bare<'hidden' | 'drawing'>
    | { readonly reason: 'unexpected'; readonly details: string }
    | Named<'mask-file'>;
}

export interface WarningParams {
  /** `original`: the photo's own colour space; `reduced`: 16 bits became 8. */
  'colours-converted': {
    readonly reason: 'same-depth' | 'reduced';
    readonly name: string;
    readonly original: string;
  };
  'colours-assumed': { readonly name: string; readonly primaries: number };
  'pages-left-out': {
    readonly reason: 'first' | 'main';
    readonly name: string;
    readonly pages: number;
  };
  mislabelled: { readonly name: string; readonly format: string };
  'metadata-incomplete': Bare<'loops' | 'many-entries' | 'large-values'>;
  'metadata-damaged': Bare<'exif' | 'xmp'>;
  'metadata-too-large': Bare<'exif' | 'xmp' | 'iptc'>;
  'captions-lost': { readonly format: string };
  'depth-reduced': { readonly format: string };
  'transparency-lost': NoParams;
  /** A part of the photo at `x`, `y`, in its pixels. */
  'part-not-restored':
    | { readonly reason: 'crash'; readonly x: number; readonly y: number }
    | {
        readonly reason: 'other';
        readonly x: number;
        readonly y: number;
        readonly details: string;
      };
  /** `extent`: typical length in px; `reduced`: the photo was restored at half or quarter size. */
  'blur-too-long': { readonly reason: 'full-size' | 'reduced'; readonly extent: number };
  /** `percent`: share of the photo that is out of focus, or enlarged, rather than moved. */
  'out-of-focus': { readonly percent: number };
  'parts-unfinished': { readonly left: number; readonly total: number };
  'device-replaced': { readonly device: string; readonly problem: ErrorData };
  /** A sentence that an earlier version stored. */
  stored: { readonly details: string };
}

export type ErrorCode = keyof ErrorParams;

/**
 * A code with its parameters. `cause` is the text of the underlying error, for logs and details.
 */
type Coded<P> = {
  readonly [C in keyof P]: {
    readonly code: C;
    readonly params: P[C];
    readonly cause?: string | undefined;
  };
}[keyof P];

/** What crosses a process boundary. */
export type ErrorData = Coded<ErrorParams>;

/** Reports what the user should know about a result that was made all the same. */
export type WarningData = Coded<WarningParams>;

type KeyOf<C extends string, P> = P extends { readonly reason: infer R extends string }
  ? `${C}.${R}`
  : C;

type Keys<P> = { [C in keyof P & string]: KeyOf<C, P[C]> }[keyof P & string];

/** Names of the sentences: `<code>.<reason>`, or `<code>` where it has one meaning. */
export type ErrorKey = Keys<ErrorParams>;
export type WarningKey = Keys<WarningParams>;

/** Parameters of one sentence. */
export type ParamsOf<K extends ErrorKey | WarningKey> = Lookup<ErrorParams & WarningParams, K>;

type Lookup<P, K> = K extends keyof P
  ? P[K]
  : K extends `${infer C extends keyof P & string}.${infer R}`
    ? Extract<Spread<P[C]>, { readonly reason: R }>
    : never;

/** One member for each reason. */
type Spread<P> = P extends { readonly reason: infer R extends string }
  ? R extends string
    ? Omit<P, 'reason'> & { readonly reason: R }
    : never
  : never;
