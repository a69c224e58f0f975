/** Written to `user_version`; a ledger of another version is refused. */
export const SCHEMA_VERSION = 4

/**
 * Rows of pages, rejects and journal belong to a run; products outlive it (`run` is the last that saw them).
 * What endpoints are owed (`courtesies`) outlives runs too. `updated_ms`, `ordinal` and `ix` decide between records of one id within a run.
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
  config_hash text not null,
  parts text not null,
  version text not null
);
create table if not exists owner (only integer primary key check (only = 1), pid integer not null);
create table if not exists sources (
  run integer not null,
  position integer not null,
  name text not null,
  endpoint text not null,
  limit_per_second real not null,
  primary key (run, name)
) without rowid;
create table if not exists pages (
  run integer not null,
  id text not null,
  source text not null,
  ordinal integer not null,
  ref text not null,
  state text not null default 'pending' check (state in ('pending', 'claimed', 'done', 'failed')),
  tries integer not null default 0,
  not_before real not null default 0,
  fence integer not null default 0,
  worker text,
  lease_until real,
  records integer,
  rejects integer,
  warnings integer,
  redactions integer,
  bytes integer,
  reported_total integer,
  fingerprint text,
  stop text,
  done_at real,
  error_code text,
  error_message text,
  primary key (run, id)
) without rowid;
create table if not exists products (
  source text not null,
  id text not null,
  run integer not null,
  updated_ms real not null,
  ordinal integer not null,
  ix integer not null,
  fields text not null,
  primary key (source, id)
) without rowid;
create table if not exists rejects (
  run integer not null,
  source text not null,
  ordinal integer not null,
  ix integer not null,
  page text not null,
  code text not null,
  field text,
  reason text not null,
  raw text not null,
  primary key (run, source, page, ix)
);
create table if not exists departures (
  run integer not null,
  source text not null,
  page text not null,
  attempt integer not null,
  at real not null
);
create table if not exists failures (
  run integer not null,
  source text not null,
  page text not null,
  attempt integer not null,
  code text not null,
  message text not null,
  at real not null,
  quiet_ms real
);
create table if not exists courtesies (
  endpoint text primary key,
  departed_at real,
  asked_at real not null,
  quiet_ms real not null
) without rowid;
create table if not exists transitions (
  run integer not null,
  source text not null,
  from_state text not null,
  to_state text not null,
  at real not null,
  cause text not null
);
`

/** Tables whose rows are of interest for the last run only. */
export const RUN_TABLES = ['sources', 'pages', 'rejects', 'departures', 'failures', 'transitions'] as const
