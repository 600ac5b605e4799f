"""The tables as SQL, in the order they are made. Text only; migrations.py runs it.

Three layers: the log (entry, change, number, chain), convergent rows written only by projecting
the log, and local things that no other replica sees (mailbox ledger, shelf, drafts, indexes).
"""

from __future__ import annotations

LOG = """
CREATE TABLE meta(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE entry(
  lseq  INTEGER PRIMARY KEY,
  id    INTEGER NOT NULL UNIQUE,
  actor TEXT NOT NULL,
  kind  TEXT NOT NULL,
  key   TEXT,
  cause INTEGER,
  seen  INTEGER NOT NULL,
  v     INTEGER NOT NULL,
  jpos  INTEGER,
  void  INTEGER NOT NULL DEFAULT 0,
  eids  TEXT NOT NULL,
  body  TEXT,
  seq   INTEGER NOT NULL,
  prev  BLOB NOT NULL,
  hash  BLOB NOT NULL);
CREATE INDEX entry_key     ON entry(key, id)   WHERE key IS NOT NULL;
CREATE INDEX entry_pending ON entry(lseq)      WHERE jpos IS NULL;
CREATE INDEX entry_cause   ON entry(cause)     WHERE cause IS NOT NULL;
CREATE TABLE change(
  eid TEXT NOT NULL, field TEXT NOT NULL, id INTEGER NOT NULL, value,
  PRIMARY KEY(eid, field, id)) WITHOUT ROWID;
CREATE INDEX change_report ON change(field, id) WHERE field IN ('status', 'assignee');
CREATE TABLE number(eid TEXT PRIMARY KEY, n INTEGER NOT NULL UNIQUE, jpos INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE chain(slot INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL);
CREATE TABLE consumer(name TEXT PRIMARY KEY, lseq INTEGER NOT NULL) WITHOUT ROWID;
"""

ROWS = """
CREATE TABLE ticket(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  brand TEXT, subject TEXT, status TEXT, priority INTEGER, type TEXT, channel TEXT, customer TEXT,
  assignee TEXT, grp TEXT, created INTEGER, snooze_until INTEGER, merged_into TEXT, unread INTEGER,
  archive INTEGER, csat TEXT, _deleted INTEGER,
  -- derived on this machine, left out of digests, rebuilt at will:
  number INTEGER, due_at INTEGER, due_kind TEXT, warn_at INTEGER, last_in INTEGER, last_out INTEGER,
  updated INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0,
  bucket TEXT GENERATED ALWAYS AS (CASE
    WHEN _deleted IS NOT NULL THEN 'bin'
    WHEN status = 'spam' THEN 'spam'
    WHEN merged_into IS NOT NULL OR status IN ('solved', 'closed') THEN 'done'
    WHEN snooze_until IS NOT NULL THEN 'snoozed'
    WHEN status IN ('waiting', 'hold') THEN 'waiting'
    ELSE 'active' END) VIRTUAL,
  rank INTEGER GENERATED ALWAYS AS (CASE
    WHEN due_at IS NULL THEN 4000000000000 - updated ELSE due_at END) VIRTUAL);
CREATE INDEX ticket_number   ON ticket(number);
CREATE INDEX ticket_sla      ON ticket(bucket, rank, n);
CREATE INDEX ticket_mine     ON ticket(bucket, assignee, rank, n);
CREATE INDEX ticket_newest   ON ticket(bucket, updated, n);
CREATE INDEX ticket_priority ON ticket(bucket, priority, rank, n);
CREATE INDEX ticket_customer ON ticket(customer, created);
CREATE INDEX ticket_wake     ON ticket(snooze_until) WHERE snooze_until IS NOT NULL;
CREATE INDEX ticket_due      ON ticket(due_at)       WHERE due_at IS NOT NULL;
CREATE TABLE message(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  ticket TEXT, kind TEXT, author TEXT, date INTEGER, msgid TEXT, refs TEXT, subject TEXT, sender TEXT,
  rcpt TEXT, snippet TEXT, body TEXT, folds TEXT, files TEXT, signals TEXT, why TEXT, auto INTEGER,
  _deleted INTEGER);
CREATE INDEX message_ticket ON message(ticket, date);
CREATE INDEX message_msgid  ON message(msgid) WHERE msgid IS NOT NULL;
CREATE TABLE msgref(ref TEXT, message TEXT, PRIMARY KEY(ref, message)) WITHOUT ROWID;
CREATE TABLE customer(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  name TEXT, email TEXT, phone TEXT, account TEXT, merged_into TEXT, _deleted INTEGER);
CREATE INDEX customer_email   ON customer(email);
CREATE INDEX customer_account ON customer(account) WHERE account IS NOT NULL;
CREATE TABLE account(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  name TEXT, domain TEXT, tier TEXT, arr INTEGER, csm TEXT, renewal INTEGER, plan TEXT, _deleted INTEGER);
CREATE INDEX account_domain ON account(domain) WHERE domain IS NOT NULL;
CREATE TABLE agent(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  name TEXT, email TEXT, role TEXT, active INTEGER, _deleted INTEGER);
CREATE TABLE article(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  title TEXT, body TEXT, state TEXT, lang TEXT, section TEXT, _deleted INTEGER);
CREATE TABLE doc(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  kind TEXT, name TEXT, body TEXT, pos TEXT, active INTEGER, _deleted INTEGER);
CREATE INDEX doc_kind ON doc(kind, pos);
CREATE TABLE attr(eid TEXT, ns TEXT, k TEXT, v, PRIMARY KEY(eid, ns, k)) WITHOUT ROWID;
CREATE INDEX attr_k ON attr(ns, k, eid);
CREATE TABLE outbox(
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  ticket TEXT, message TEXT, msgid TEXT, mailbox TEXT, state TEXT, not_before INTEGER, attempts INTEGER,
  error TEXT, copied INTEGER, auto INTEGER, _deleted INTEGER);
CREATE INDEX outbox_due     ON outbox(not_before) WHERE state IN ('queued', 'later', 'sending');
CREATE INDEX outbox_message ON outbox(message);
"""

LOCAL = """
CREATE TABLE blob(
  hash TEXT PRIMARY KEY,     -- sha256 of the raw stream, or of the text where there is no raw stream
  size INTEGER NOT NULL,     -- bytes of both streams
  text INTEGER NOT NULL,     -- bytes of the text stream, which comes first
  data BLOB                  -- one zstd frame: text then raw; NULL when it stands in a file
) WITHOUT ROWID;
CREATE TABLE box(
  id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL,
  last_uid INTEGER NOT NULL DEFAULT 0, low_uid INTEGER, archived INTEGER NOT NULL DEFAULT 0,
  UNIQUE(mailbox, folder, uidvalidity));
CREATE TABLE ledger(
  box INTEGER NOT NULL, uid INTEGER NOT NULL, what TEXT NOT NULL, ref TEXT,
  PRIMARY KEY(box, uid)) WITHOUT ROWID;
CREATE TABLE shelf(
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL,
  blob TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'shelved', UNIQUE(blob, source));
CREATE TABLE draft(
  ticket TEXT NOT NULL, agent TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, head TEXT NOT NULL,
  saved INTEGER NOT NULL, base INTEGER NOT NULL, PRIMARY KEY(ticket, agent)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
  subject, sender, text, content='', tokenize='porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE names USING fts5(subject, ids, tokenize='trigram');
CREATE TABLE tally(
  bucket TEXT, assignee TEXT, grp TEXT, priority INTEGER, n INTEGER NOT NULL,
  PRIMARY KEY(bucket, assignee, grp, priority)) WITHOUT ROWID;
"""

PLACES = """
ALTER TABLE box ADD COLUMN modseq INTEGER;
ALTER TABLE ledger ADD COLUMN flags TEXT;
ALTER TABLE ledger ADD COLUMN gm INTEGER;
ALTER TABLE ledger ADD COLUMN gone INTEGER;
UPDATE ledger SET gone = 0 WHERE what = 'ignored' AND ref = 'expunged before it was read';
CREATE INDEX ledger_ref  ON ledger(ref) WHERE what = 'message';
CREATE INDEX ledger_gm   ON ledger(gm)  WHERE gm IS NOT NULL;
CREATE INDEX ledger_gone ON ledger(box) WHERE gone IS NOT NULL;
CREATE TABLE homeless(
  ref TEXT NOT NULL, box INTEGER NOT NULL, uid INTEGER NOT NULL,
  PRIMARY KEY(ref, box, uid)) WITHOUT ROWID;
"""
"""What other programs did to a letter in its folder (flags, moved away), Gmail's own id of it, and the
ids around sent letters that belong to no ticket yet."""

_COUNT = """INSERT INTO tally VALUES({row}.bucket, ifnull({row}.assignee, ''), ifnull({row}.grp, ''),
    ifnull({row}.priority, 0), {step})
  ON CONFLICT DO UPDATE SET n = n + {step};"""

COUNTERS = f"""
CREATE TRIGGER ticket_counted AFTER INSERT ON ticket BEGIN
  {_COUNT.format(row="NEW", step="1")}
END;
CREATE TRIGGER ticket_recounted AFTER UPDATE OF
  status, snooze_until, merged_into, _deleted, assignee, grp, priority ON ticket BEGIN
  {_COUNT.format(row="OLD", step="-1")}
  {_COUNT.format(row="NEW", step="1")}
END;
CREATE TRIGGER ticket_uncounted AFTER DELETE ON ticket BEGIN
  {_COUNT.format(row="OLD", step="-1")}
END;
"""
"""Queue counts are kept as tickets move, so that showing them reads no ticket row."""

PEOPLE = """
CREATE INDEX customer_merged ON customer(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ticket_merged   ON ticket(merged_into)   WHERE merged_into IS NOT NULL;
CREATE INDEX customer_name   ON customer(name COLLATE NOCASE) WHERE name IS NOT NULL;
CREATE INDEX customer_domain ON customer(substr(email, instr(email, '@') + 1));
"""
"""Who and what was merged into a row, asked whenever that row is shown; whom a new customer may resemble."""

OWNERS = """
DROP INDEX ticket_mine;
CREATE INDEX ticket_mine ON ticket(bucket, ifnull(assignee, ''), rank, n);
"""
"""What belongs to nobody is found like what belongs to somebody, not by passing over all that does."""

FRAMES = """
CREATE TABLE frame(
  hash   TEXT PRIMARY KEY,   -- sha256 of the raw stream, or of the text where there is no raw stream
  size   INTEGER NOT NULL,   -- bytes of both streams as they are packed
  text   INTEGER NOT NULL,   -- bytes of the text stream, which comes first
  armour TEXT NOT NULL,      -- where base64 was taken off the raw stream
  data   BLOB                -- one zstd frame: text then raw; NULL when it stands in a file
);
INSERT INTO frame SELECT hash, size, text, '', data FROM blob;
DROP TABLE blob;
ALTER TABLE frame RENAME TO blob;
"""
"""Frames in the order they come: in the order of their hashes each left half a page empty, a third of the
desk, and every new one was written all over the file."""
