-- The memory of version 1 as it was first released, with one incident.
CREATE TABLE incidents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    alert TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL DEFAULT '',
    services TEXT NOT NULL DEFAULT '[]',
    severity TEXT NOT NULL DEFAULT '',
    cause TEXT NOT NULL DEFAULT '',
    resolution TEXT NOT NULL DEFAULT '',
    started TEXT NOT NULL,
    ended TEXT,
    recorded TEXT NOT NULL,
    updated TEXT NOT NULL,
    session TEXT NOT NULL DEFAULT '',
    words TEXT NOT NULL DEFAULT ''
);
CREATE TABLE reports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    made TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '',
    document TEXT NOT NULL,
    mail_due BOOLEAN NOT NULL DEFAULT 0,
    mailed TEXT,
    mail_problem TEXT NOT NULL DEFAULT ''
);
CREATE TABLE baselines (
    metric TEXT NOT NULL,
    host TEXT NOT NULL,
    hour SMALLINT NOT NULL CHECK (hour BETWEEN -1 AND 167),
    median REAL NOT NULL,
    spread REAL NOT NULL,
    p95 REAL NOT NULL,
    least REAL NOT NULL,
    most REAL NOT NULL,
    samples INTEGER NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    computed TEXT NOT NULL,
    PRIMARY KEY (metric, host, hour)
);
CREATE TABLE questions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    asked TEXT NOT NULL,
    question TEXT NOT NULL,
    tools TEXT NOT NULL DEFAULT '[]',
    answered_by TEXT NOT NULL DEFAULT ''
);
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    front TEXT NOT NULL,
    version TEXT NOT NULL,
    started TEXT NOT NULL
);
CREATE TABLE calls (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('question', 'tool', 'model')),
    name TEXT NOT NULL,
    started TEXT NOT NULL,
    seconds REAL NOT NULL,
    outcome TEXT NOT NULL,
    tokens_in INTEGER,
    tokens_out INTEGER,
    cost REAL
);
CREATE INDEX incidents_by_start ON incidents (started);
CREATE INDEX incidents_by_alert ON incidents (alert);
CREATE INDEX reports_by_time ON reports (made);
CREATE INDEX runs_by_time ON runs (started);
CREATE INDEX calls_by_time ON calls (started);
CREATE INDEX calls_by_run ON calls (run);
CREATE VIRTUAL TABLE incident_words
USING fts5 (words, content='incidents', content_rowid='number', tokenize='unicode61');
CREATE TRIGGER incident_added AFTER INSERT ON incidents BEGIN
    INSERT INTO incident_words (rowid, words) VALUES (new.number, new.words);
END;
CREATE TRIGGER incident_removed AFTER DELETE ON incidents BEGIN
    INSERT INTO incident_words (incident_words, rowid, words)
    VALUES ('delete', old.number, old.words);
END;
CREATE TRIGGER incident_changed AFTER UPDATE ON incidents BEGIN
    INSERT INTO incident_words (incident_words, rowid, words)
    VALUES ('delete', old.number, old.words);
    INSERT INTO incident_words (rowid, words) VALUES (new.number, new.words);
END;
INSERT INTO incidents (number, id, title, description, alert, subject, services, severity, cause, resolution, started, ended, recorded, updated, session, words)
VALUES (1, 'abcd2345', 'Jellyfin buffers', '', '', '', '["jellyfin"]', '', '', '', '2026-11-20T23:00:00.000000+00:00', NULL, '2026-11-20T23:00:00.000000+00:00', '2026-11-20T23:00:00.000000+00:00', '', 'jellyfin buffer jellyfin buffer jellyfin');
PRAGMA application_id = 1397900628;
PRAGMA user_version = 1;
