-- A catalog of schema version 3, as released.

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

CREATE TABLE bundle (
  sha256 TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  created_at TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  lines INTEGER NOT NULL
) WITHOUT ROWID;

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

-- What a user of this release had.
INSERT INTO provenance VALUES(1, 'bundle', 'bench 3',
  'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', '2026-01-02T00:00:00Z', 9,
  'd58beb354ee5034de9c47677e13f636b2e598f4729a6b99c62bfab1f007937da');
INSERT INTO source VALUES(1, 'a hub');
INSERT INTO task VALUES(1, 'image-segmentation', 'Image segmentation', 'image', 'matting', 0);
INSERT INTO model VALUES(1, 'old/net', 'old', 1, 'image', 'an early net', 'unet', 'portraits', 'MIT', 'en',
  'https://example.org', 1, 1, 1);
INSERT INTO artifact(id, model_id, name, format, reference_list, revision, sha256, size, precision, starter, origin,
  task_id, license_class)
  VALUES(1, 1, 'old/net/int8', 'tflite', 'https://example.org/net.tflite', 'r1',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1234, 'int8', 0, 1, 1, 1);
INSERT INTO artifact_domain VALUES('image', 1234, 1);
INSERT INTO artifact_text(rowid, name, task, description)
  SELECT id, name, task, description FROM artifact_document;
INSERT INTO example VALUES('image_segmentation', 'old/net/int8', 'image', 'an example app');
INSERT INTO stored_file VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1234, '/x',
  '2026-01-01T00:00:00Z');
INSERT INTO inspection VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'int8', 7, 8,
  '{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","precision":"int8","parameters":7,"macs":8}');
INSERT INTO device VALUES('f1', '{"fingerprint":"f1","cpu":"a CPU"}');
INSERT INTO measurement VALUES(1, 'digest-1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'f1',
  'xnnpack', '2022', 1, '2026-01-01T00:00:00Z', x'', x'0A04',
  '{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","device":"f1","engine":"xnnpack"}', 1);
INSERT INTO claim VALUES(1, 'old/net', 'mIoU', 'VOC', '', '', 0.75, 'fraction', '75 %', 1, '2025', 1, 1);
PRAGMA application_id = 1280986959;
PRAGMA user_version = 3;
