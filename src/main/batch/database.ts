/**
 * Opens the journal's database. A transaction is on disk when it returns (write-ahead log, synced
 * at each commit), so that it survives a power cut.
 */
import Database from 'libsql';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import { RENAMED_NETWORK } from '../../shared/edit/renamed-networks.js';
import { dataFolder } from '../storage/places.js';

export type Connection = Database.Database;

/** Entry `n` migrates the schema from version `n` to `n + 1`; released entries are never edited. */
const SCHEMA = [
  `
  CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created INTEGER NOT NULL,
    settings TEXT NOT NULL,
    -- Id of the process that works on it, and of its engine; null: none.
    owner INTEGER,
    engine INTEGER
  );
  CREATE TABLE photos (
    batch INTEGER NOT NULL REFERENCES batches ON DELETE CASCADE,
    number INTEGER NOT NULL,
    input TEXT NOT NULL,
    -- The real path: an output must never be one of these.
    real TEXT NOT NULL,
    within TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    output TEXT,
    began INTEGER,
    because TEXT,
    error TEXT,
    report TEXT,
    megapixels REAL,
    ms REAL,
    PRIMARY KEY (batch, number)
  ) WITHOUT ROWID;
  CREATE INDEX photos_by_state ON photos (batch, state, number);
  CREATE INDEX photos_by_file ON photos (batch, real);
  CREATE INDEX photos_by_output ON photos (batch, output);
  `,
  // Earlier batches keep the network that made their first results.
  `
  UPDATE batches SET settings = json_set(settings, '$.model', '${RENAMED_NETWORK.to}')
  WHERE json_extract(settings, '$.model') = '${RENAMED_NETWORK.from}';
  `,
];

/** Returns the path of the journal of all batches. */
export function journalPath(): string {
  return join(dataFolder(), 'batches.db');
}

/** Creates or migrates and opens the database. Throws `journal-unusable`; keeps damaged files. */
export function openDatabase(path: string): Connection {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new Database(path, { timeout: 10_000 });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    migrate(database);
    return database;
  } catch (cause) {
    if (cause instanceof UnsmearError) throw cause;
    throw new UnsmearError('journal-unusable', { reason: 'broken', path }, { cause });
  }
}

function migrate(database: Connection): void {
  const [{ user_version: version }] = database.pragma('user_version') as [{ user_version: number }];
  if (version > SCHEMA.length) {
    throw new UnsmearError('journal-unusable', { reason: 'newer' });
  }
  // Another process may have migrated meanwhile: read the version inside the transaction.
  database
    .transaction(() => {
      const [{ user_version: now }] = database.pragma('user_version') as [{ user_version: number }];
      for (const step of SCHEMA.slice(now)) database.exec(step);
      database.exec(`PRAGMA user_version = ${SCHEMA.length}`);
    })
    .immediate();
}
