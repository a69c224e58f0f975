/** Written to `application_id`, so that no other program's database is taken for a ledger: "APLG". */
export const APPLICATION_ID = 0x41_50_4c_47

/** Written to `user_version`; a ledger of another version is refused. */
export const SCHEMA_VERSION = 10

/**
 * Rows of pages, rejects and journal belong to a run. Records outlive it (`run` is the last that saw them; a
 * deleted one has no fields, or `deleted_at` and those it had last), and so do cooldowns of endpoints, what was
 * used of quotas, cursors of streams, positions of sinks and
 * schemas (`learnt` in which run, `seen` last in which, and `before` that; fields have types and the last run). `whole` of a stream: the run takes all of it.
 * `updated_ms`, `ordinal` and `ix` decide between records of one id within a run; `position` tells when a row
 * was written, in the order of commits.
 */
export const SCHEMA = `
create table if not exists runs (
  run integer primary key autoincrement,
  id text not null unique,
  started_at real not null,
  finished_at real,
  ended text,
  status text,
  delivered integer not null default 0,
  pipeline text not null,
  config_hash text not null,
  parts text not null,
  version text not null,
  opened integer not null default 1
);
create table if not exists owner (only integer primary key check (only = 1), pid integer not null);
create table if not exists streams (
  run integer not null,
  place integer not null,
  name text not null,
  endpoint text not null,
  limit_per_second real not null,
  quota_ms real not null default 0,
  numeric_fields text not null,
  fields text not null,
  quality text not null,
  parents text not null,
  mark_deleted integer not null,
  whole integer not null,
  ended text,
  primary key (run, name)
) without rowid;
create table if not exists pages (
  run integer not null,
  id text not null,
  stream text not null,
  part text,
  ordinal integer not null,
  ref text not null,
  state text not null default 'pending' check (state in ('pending', 'done', 'failed')),
  tries integer not null default 0,
  not_before real not null default 0,
  records integer,
  rejects integer,
  warnings integer,
  redactions integer,
  filtered integer,
  bytes integer,
  sums text,
  reported_total integer,
  fingerprint text,
  high text,
  stop text,
  done_at real,
  error_code text,
  error_message text,
  primary key (run, id)
) without rowid;
create index if not exists pages_pending on pages (run, stream, ordinal, id) where state = 'pending';
create index if not exists pages_served on pages (run, stream, fingerprint) where fingerprint is not null;
create index if not exists pages_of_part on pages (run, stream, part) where part is not null;
create table if not exists records (
  stream text not null,
  id text not null,
  run integer not null,
  position integer not null,
  updated_ms real not null,
  ordinal integer not null,
  ix integer not null,
  fields text,
  deleted_at real,
  primary key (stream, id)
) without rowid;
create index if not exists records_in_order on records (stream, position);
create table if not exists rejects (
  position integer primary key,
  run integer not null,
  stream text not null,
  ordinal integer not null,
  ix integer not null,
  page text not null,
  record_id text,
  code text not null,
  field text,
  reason text not null,
  raw text not null
);
create index if not exists rejects_by_page on rejects (run, stream, ordinal, page, ix);
create table if not exists last_position (only integer primary key check (only = 1), position integer not null);
insert or ignore into last_position values (1, 0);
create table if not exists sink_positions (
  sink text not null,
  stream text not null,
  position integer not null,
  primary key (sink, stream)
) without rowid;
create table if not exists cursors (
  stream text not null,
  part text not null,
  state text not null,
  primary key (stream, part)
) without rowid;
create table if not exists schemas (
  stream text primary key,
  learnt integer not null,
  seen integer not null,
  before integer not null,
  fields text not null
) without rowid;
create table if not exists parents (
  run integer not null,
  stream text not null,
  root text not null,
  value text not null,
  primary key (run, stream, root, value)
) without rowid;
create table if not exists departures (
  run integer not null,
  stream text not null,
  page text not null,
  attempt integer not null,
  at real not null
);
create index if not exists departures_in_time on departures (run, at);
create table if not exists failures (
  run integer not null,
  stream text not null,
  page text not null,
  attempt integer not null,
  code text not null,
  message text not null,
  path text,
  at real not null
);
create index if not exists failures_of_page on failures (run, page, code);
create table if not exists cooldowns (
  endpoint text primary key,
  departed_at real,
  asked_at real not null,
  quiet_ms real not null,
  asked_by text not null
) without rowid;
create table if not exists quota_use (
  endpoint text not null,
  stream text not null,
  at real not null,
  count integer not null,
  primary key (endpoint, stream, at)
) without rowid;
create table if not exists transitions (
  run integer not null,
  stream text not null,
  from_state text not null,
  to_state text not null,
  at real not null,
  cause text not null
);
create table if not exists notices (
  run integer not null,
  stream text not null,
  code text not null,
  about text not null,
  message text not null,
  count integer not null,
  first_at real not null,
  last_at real not null,
  primary key (run, stream, code, about)
) without rowid;
`

/** Tables whose rows are of interest for the last run only. */
export const RUN_TABLES = [
  'streams',
  'pages',
  'rejects',
  'departures',
  'failures',
  'transitions',
  'notices',
  'parents',
] as const

/** The tables and indexes that a ledger has. */
export const SCHEMA_NAMES = [...SCHEMA.matchAll(/create (?:table|index) if not exists (\w+)/g)].map(
  ([, name = '']) => name,
)
