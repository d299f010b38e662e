/** What the supervisor asks of the engine about one photo that is not open in an editor. */
import type { ProviderChoice, ProviderId } from '../../../shared/contracts/providers.js';
import type { PhotoBlur } from '../../../shared/contracts/triage.js';
import type { Outcome } from '../protocol.js';

export interface TriageJob {
  readonly id: string;
  readonly input: string;
  /** Folder with plugin.json. */
  readonly plugin: string;
  readonly provider: ProviderChoice;
  /** null: one for every core. */
  readonly threads: number | null;
}

export interface TriageAnswer {
  readonly blur: PhotoBlur;
  /** null: the network was not asked. */
  readonly provider: ProviderId | null;
  readonly decodeMs: number;
  /** From the decoded pixels to the score, without waiting for others or for the network to be loaded. */
  readonly judgeMs: number;
  readonly warnings: readonly string[];
}

export interface TriageApi {
  triage(job: TriageJob): Promise<Outcome<TriageAnswer>>;
}
