#include "catalog/schema.h"

#include <array>

namespace litezoo::catalog {
namespace {

// What one column means is said where it is not plain from base/nouns.h. `origin` is 0 for rows
// that the program ships and 1 for rows of the user; lists are joined by '|', references by '\n'.
// order_size puts artifacts of unknown size behind all others and lets an index serve that order.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE source (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  domains TEXT NOT NULL,
  synonyms TEXT NOT NULL,
  origin INTEGER NOT NULL
);

CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  publisher TEXT NOT NULL,
  task_id INTEGER REFERENCES task(id),
  domains TEXT NOT NULL,
  description TEXT NOT NULL,
  architecture TEXT NOT NULL,
  dataset TEXT NOT NULL,
  license TEXT NOT NULL,
  languages TEXT NOT NULL,
  link TEXT NOT NULL,
  source_id INTEGER NOT NULL REFERENCES source(id),
  origin INTEGER NOT NULL
);

CREATE TABLE artifact (
  id INTEGER PRIMARY KEY,
  model_id INTEGER NOT NULL REFERENCES model(id),
  name TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  reference_list TEXT NOT NULL,
  revision TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER,
  precision TEXT NOT NULL,
  starter INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  task_id INTEGER REFERENCES task(id),
  license_class INTEGER NOT NULL,
  order_size INTEGER GENERATED ALWAYS AS (coalesce(size, 9223372036854775807)) VIRTUAL
);
CREATE INDEX artifact_of_model ON artifact(model_id);
CREATE INDEX artifact_by_task ON artifact(task_id, order_size);
CREATE INDEX artifact_by_size ON artifact(order_size);
CREATE INDEX artifact_by_license ON artifact(license_class, order_size);
CREATE INDEX artifact_by_precision ON artifact(precision, order_size);
CREATE INDEX artifact_by_digest ON artifact(sha256) WHERE sha256 <> '';
CREATE INDEX artifact_in_starter ON artifact(order_size) WHERE starter = 1;

CREATE TABLE artifact_domain (
  domain TEXT NOT NULL,
  order_size INTEGER NOT NULL,
  artifact_id INTEGER NOT NULL,
  PRIMARY KEY (domain, order_size, artifact_id)
) WITHOUT ROWID;
CREATE INDEX model_by_publisher ON model(publisher);

CREATE VIEW artifact_document AS
  SELECT a.id AS id, a.name AS name, coalesce(t.name, '') || ' ' || m.domains AS task,
         m.description || ' ' || m.architecture || ' ' || m.dataset || ' ' || a.precision || ' ' ||
             m.license AS description
  FROM artifact a JOIN model m ON m.id = a.model_id LEFT JOIN task t ON t.id = a.task_id;
CREATE VIRTUAL TABLE artifact_text USING fts5(
  name, task, description, content='artifact_document', content_rowid='id',
  tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE artifact_vocabulary USING fts5vocab(artifact_text, 'row');

CREATE TABLE stored_file (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  path TEXT NOT NULL,
  fetched_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE inspection (
  sha256 TEXT PRIMARY KEY,
  precision TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  macs INTEGER NOT NULL,
  facts TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE device (
  fingerprint TEXT PRIMARY KEY,
  facts TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE measurement (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  sha256 TEXT NOT NULL,
  device TEXT NOT NULL REFERENCES device(fingerprint),
  engine TEXT NOT NULL,
  engine_version TEXT NOT NULL,
  threads INTEGER NOT NULL,
  taken_at TEXT NOT NULL,
  warmup BLOB NOT NULL,
  samples BLOB NOT NULL,
  facts TEXT NOT NULL
);
CREATE INDEX measurement_of_file ON measurement(sha256, device, taken_at);

CREATE TABLE claim (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  metric TEXT NOT NULL,
  dataset TEXT NOT NULL,
  split TEXT NOT NULL,
  variant TEXT NOT NULL,
  value REAL NOT NULL,
  unit TEXT NOT NULL,
  raw TEXT NOT NULL,
  source_id INTEGER NOT NULL REFERENCES source(id),
  date TEXT NOT NULL,
  origin INTEGER NOT NULL,
  UNIQUE (subject, metric, dataset, split, variant, source_id, raw)
);
)sql";

// Which bundles were imported, by the digest of their bytes.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE bundle (
  sha256 TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  created_at TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  lines INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

// What came from where, in the order it came: each entry's chain is a digest over the one before
// and itself (catalog/provenance.h). Rows without an entry were entered on this machine.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE provenance (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  lines INTEGER NOT NULL,
  chain TEXT NOT NULL
);
INSERT INTO provenance(kind, label, digest, at, lines, chain)
  SELECT 'bundle', label, sha256, imported_at, lines, '' FROM bundle ORDER BY imported_at, sha256;
DROP TABLE bundle;
CREATE INDEX provenance_by_digest ON provenance(digest);
CREATE INDEX claim_of_group ON claim(metric, dataset, split, variant);
CREATE TABLE example (
  use_case TEXT NOT NULL,
  artifact TEXT NOT NULL,
  input TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (use_case, artifact)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE artifact_term USING fts5vocab(artifact_text, 'instance');
ALTER TABLE model ADD COLUMN provenance_id INTEGER REFERENCES provenance(id);
ALTER TABLE artifact ADD COLUMN provenance_id INTEGER REFERENCES provenance(id);
ALTER TABLE claim ADD COLUMN provenance_id INTEGER REFERENCES provenance(id);
ALTER TABLE measurement ADD COLUMN provenance_id INTEGER REFERENCES provenance(id);
)sql";

// One index for words, names and facets (catalog/document.h), its rowids in order of size, takes
// the place of the full text and of an order by size for each facet. `term` holds what occurs in
// it, names' words without their mark, plain numbers left out.
constexpr const char* kVersion4 = R"sql(
DROP TABLE artifact_term;
DROP TABLE artifact_vocabulary;
DROP TABLE artifact_text;
DROP VIEW artifact_document;
DROP TABLE artifact_domain;
DROP INDEX artifact_by_task;
DROP INDEX artifact_by_size;
DROP INDEX artifact_by_license;
DROP INDEX artifact_by_precision;
DROP INDEX artifact_in_starter;
DROP INDEX model_by_publisher;
ALTER TABLE artifact DROP COLUMN order_size;
ALTER TABLE artifact ADD COLUMN place INTEGER GENERATED ALWAYS AS
  ((coalesce(min(size, 34359738366), 34359738367) << 28) | id) VIRTUAL;
CREATE INDEX artifact_by_place ON artifact(place);
CREATE VIEW artifact_document AS
  SELECT a.id AS id, a.place AS place, search_document(a.name, coalesce(t.name, ''), m.domains,
      m.description, m.architecture, m.dataset, m.publisher, m.license,
      CASE a.license_class WHEN 1 THEN 'permissive' WHEN 2 THEN 'copyleft'
        WHEN 3 THEN 'non-commercial' ELSE 'unknown' END,
      m.languages, a.precision, a.format, a.reference_list, a.starter) AS words
  FROM artifact a JOIN model m ON m.id = a.model_id LEFT JOIN task t ON t.id = a.task_id;
CREATE VIRTUAL TABLE artifact_text USING fts5(
  words, content='artifact_document', content_rowid='place', columnsize=0,
  tokenize="unicode61 remove_diacritics 2 tokenchars '#=_'");
CREATE VIRTUAL TABLE artifact_vocabulary USING fts5vocab(artifact_text, 'row');
CREATE TABLE term (text TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO artifact_text(rowid, words) SELECT place, words FROM artifact_document ORDER BY place;
INSERT OR IGNORE INTO term(text) SELECT ltrim(term, '=') FROM artifact_vocabulary
  WHERE term GLOB '*[^=0-9]*';
)sql";

constexpr auto kMigrations =
    std::to_array<const char*>({kVersion1, kVersion2, kVersion3, kVersion4});

}  // namespace

std::span<const char* const> migrations() noexcept {
  return kMigrations;
}

}  // namespace litezoo::catalog
