"""The tables of the history in which stands what the journal still lacks.

Triggers fill them, so that no change can forget the journal.
"""

from __future__ import annotations

# What the journal tells of a task, each a column of its own: an upsert then touches no other.
_UNJOURNALED = (
    "INSERT INTO unjournaled(task_id, {0}) VALUES ({1}, 1)"
    " ON CONFLICT DO UPDATE SET {0} = 1 WHERE {0} = 0;"
)

JOURNAL = f"""
-- How far the journal beside the pictures is; see storage/history/journal.
CREATE TABLE journal (
    history TEXT NOT NULL,                 -- names this history in it: 32 hex digits
    number INTEGER NOT NULL DEFAULT 0,     -- of the latest transaction that is in it
    filled INTEGER,                        -- the task up to which all are; NULL: all
    lost INTEGER,                          -- the transaction after which it knows what is lost here
    live INTEGER NOT NULL DEFAULT 0,       -- its bytes that held when they were last counted
    forget INTEGER NOT NULL DEFAULT 0      -- whether something was deleted for good since
) STRICT;
INSERT INTO journal(history, filled)
    SELECT lower(hex(randomblob(16))), iif(EXISTS (SELECT 1 FROM task), 0, NULL);

-- What has changed and is not in it yet: of tasks, and of anything else by its name.
CREATE TABLE unjournaled (
    task_id INTEGER PRIMARY KEY,
    recipe INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 0,
    marks INTEGER NOT NULL DEFAULT 0,
    urgent INTEGER NOT NULL DEFAULT 0      -- whether it is being sent: before all others
) STRICT;
CREATE INDEX unjournaled_urgent ON unjournaled(urgent) WHERE urgent = 1;
CREATE TABLE unjournaled_name (
    kind TEXT NOT NULL,                    -- gone, collection or search
    name TEXT NOT NULL,                    -- the uid of a task that was deleted for good
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

ALTER TABLE deleted_task ADD COLUMN uid TEXT NOT NULL DEFAULT '';
UPDATE deleted_task SET uid = lower(hex(randomblob(16)));
CREATE INDEX deleted_task_uid ON deleted_task(uid);

-- Only what counts later: of running, silent or asked about tasks it tells nothing new.
CREATE TRIGGER task_to_journal AFTER INSERT ON task BEGIN
    INSERT INTO unjournaled(task_id, recipe, run) VALUES (new.id, 1, 1)
        ON CONFLICT DO UPDATE SET recipe = 1, run = 1;
END;
CREATE TRIGGER recipe_to_journal
AFTER UPDATE OF request, account, estimated, source, parent_id, elsewhere ON task
WHEN new.request <> '' OR new.account <> old.account OR new.estimated IS NOT old.estimated
    OR new.source <> old.source OR new.parent_id IS NOT old.parent_id
    OR new.elsewhere <> old.elsewhere
BEGIN
    {_UNJOURNALED.format("recipe", "new.id")}
END;
CREATE TRIGGER others_to_journal AFTER INSERT ON others BEGIN
    {_UNJOURNALED.format("recipe", "new.task_id")}
END;
CREATE TRIGGER others_change_to_journal AFTER UPDATE ON others BEGIN
    {_UNJOURNALED.format("recipe", "new.task_id")}
END;
CREATE TRIGGER run_to_journal AFTER UPDATE OF
    state, remote_id, verdict, error, cost, seconds, trashed_at, remote_deleted_at ON task
WHEN new.state <> old.state AND new.state <> 'running' OR new.remote_id <> old.remote_id
    OR new.verdict IS NOT old.verdict OR new.error IS NOT old.error OR new.cost IS NOT old.cost
    OR new.seconds IS NOT old.seconds OR new.trashed_at IS NOT old.trashed_at
    OR new.remote_deleted_at IS NOT old.remote_deleted_at
BEGIN
    {_UNJOURNALED.format("run", "new.id")}
END;
CREATE TRIGGER sending_to_journal AFTER UPDATE OF state ON task WHEN new.state = 'sending' BEGIN
    INSERT INTO unjournaled(task_id, run, urgent) VALUES (new.id, 1, 1)
        ON CONFLICT DO UPDATE SET run = 1, urgent = 1;
END;
CREATE TRIGGER task_gone_to_journal AFTER DELETE ON task BEGIN
    DELETE FROM unjournaled WHERE task_id = old.id;
    INSERT OR IGNORE INTO unjournaled_name VALUES ('gone', old.uid);
END;
CREATE TRIGGER charge_to_journal AFTER UPDATE OF cost ON deleted_task BEGIN
    INSERT OR IGNORE INTO unjournaled_name VALUES ('gone', new.uid);
END;
CREATE TRIGGER output_to_journal AFTER INSERT ON output BEGIN
    {_UNJOURNALED.format("run", "new.task_id")}
END;
CREATE TRIGGER picture_to_journal AFTER UPDATE OF
    remote_id, state, path, size, sha256, width, height, error, trashed_at, trash_path ON output
BEGIN
    {_UNJOURNALED.format("run", "new.task_id")}
END;
CREATE TRIGGER mark_to_journal AFTER UPDATE OF favourite, rating, rejected ON output BEGIN
    {_UNJOURNALED.format("marks", "new.task_id")}
END;
CREATE TRIGGER note_to_journal AFTER INSERT ON note BEGIN
    {_UNJOURNALED.format("marks", "new.task_id")}
END;
CREATE TRIGGER note_change_to_journal AFTER UPDATE OF text ON note BEGIN
    {_UNJOURNALED.format("marks", "new.task_id")}
END;
CREATE TRIGGER note_gone_to_journal AFTER DELETE ON note BEGIN
    {_UNJOURNALED.format("marks", "old.task_id")}
END;
CREATE TRIGGER tag_to_journal AFTER INSERT ON task_tag BEGIN
    {_UNJOURNALED.format("marks", "new.task_id")}
END;
CREATE TRIGGER tag_gone_to_journal AFTER DELETE ON task_tag BEGIN
    {_UNJOURNALED.format("marks", "old.task_id")}
END;
CREATE TRIGGER collected_to_journal AFTER INSERT ON collected BEGIN
    {_UNJOURNALED.format("marks", "new.task_id")}
END;
CREATE TRIGGER collected_gone_to_journal AFTER DELETE ON collected BEGIN
    {_UNJOURNALED.format("marks", "old.task_id")}
END;
CREATE TRIGGER collection_to_journal AFTER INSERT ON collection BEGIN
    INSERT OR IGNORE INTO unjournaled_name VALUES ('collection', new.name);
END;
CREATE TRIGGER collection_name_to_journal AFTER UPDATE OF name ON collection BEGIN
    INSERT OR IGNORE INTO unjournaled_name VALUES ('collection', old.name);
    INSERT OR IGNORE INTO unjournaled_name VALUES ('collection', new.name);
    INSERT INTO unjournaled(task_id, marks)
        SELECT DISTINCT task_id, 1 FROM collected WHERE collection_id = new.id
        ON CONFLICT DO UPDATE SET marks = 1;
END;
CREATE TRIGGER collection_gone_to_journal AFTER DELETE ON collection BEGIN
    INSERT OR IGNORE INTO unjournaled_name VALUES ('collection', old.name);
END;
CREATE TRIGGER search_to_journal AFTER INSERT ON saved_search BEGIN
    INSERT OR IGNORE INTO unjournaled_name VALUES ('search', new.name);
END;
CREATE TRIGGER search_change_to_journal AFTER UPDATE ON saved_search BEGIN
    INSERT OR IGNORE INTO unjournaled_name VALUES ('search', old.name);
    INSERT OR IGNORE INTO unjournaled_name VALUES ('search', new.name);
END;
CREATE TRIGGER search_gone_to_journal AFTER DELETE ON saved_search BEGIN
    INSERT OR IGNORE INTO unjournaled_name VALUES ('search', old.name);
END;
"""  # noqa: S608  ours
