"""The tables of the history.

A migration that has been published is never changed: a later one changes what it made. States,
verdicts and errors are kept by name, money as whole units of 10⁻¹² USD (see core/money/amounts.py),
times as unix seconds.
"""

from __future__ import annotations

from cartoonmix_desktop.core.money.amounts import units_of
from cartoonmix_desktop.storage.database import Schema
from cartoonmix_desktop.storage.history.full_text import folded, words_of
from cartoonmix_desktop.storage.history.journal.tables import JOURNAL
from cartoonmix_desktop.storage.history.requests import plain
from cartoonmix_desktop.storage.renewal import BEGIN_RENEWAL, Renewal, Stage

_FIRST = """
CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- grows with time and is never given twice
    uid TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    owner TEXT NOT NULL,                   -- the process that works on it
    request TEXT NOT NULL,                 -- JSON: model and values, exactly as sent
    state TEXT NOT NULL,
    created_at REAL NOT NULL,
    remote_id TEXT NOT NULL DEFAULT '',
    token TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    verdict TEXT,
    error TEXT,                            -- JSON
    cost TEXT,                             -- USD
    seconds REAL
) STRICT;

-- Holds all that a list of the history needs, in its order.
CREATE INDEX task_by_age ON task(created_at);

CREATE INDEX task_spent ON task(created_at, account, cost) WHERE cost IS NOT NULL;

-- What is picked up again at every start: few of many.
CREATE INDEX task_unfinished ON task(owner)
    WHERE state IN ('queued', 'sending', 'accepted', 'running', 'downloading');
CREATE VIEW unfinished AS
    SELECT id, owner FROM task
    WHERE state IN ('queued', 'sending', 'accepted', 'running', 'downloading');

-- Each move of a task between states.
CREATE TABLE move (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE INDEX move_of_task ON move(task_id);

CREATE TABLE output (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    remote_id TEXT NOT NULL,
    state TEXT NOT NULL,
    path TEXT NOT NULL DEFAULT '',         -- inside the pictures folder, with forward slashes
    size INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    kept_at REAL,
    error TEXT,                            -- JSON
    UNIQUE (task_id, position)
) STRICT;

CREATE INDEX output_kept ON output(size) WHERE state = 'kept';

-- Words of the prompts, prepared by search.to_index; the texts themselves are in task.request.
CREATE VIRTUAL TABLE task_text USING fts5(
    prompt, negative_prompt,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);

-- Small durable facts, such as why the queue is paused.
CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

_DOUBT = """
-- Whether the person wants it cancelled, and when it last showed a sign of life at the server.
ALTER TABLE task ADD COLUMN cancelling INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN heard_at REAL;

-- Which of the server's tasks are known, and which of ours it is to be asked about: few of many.
CREATE INDEX task_remote ON task(remote_id) WHERE remote_id <> '';
CREATE INDEX task_in_doubt ON task(state) WHERE state IN ('unknown', 'sending');
"""

_LINE = """
-- Who is sent after whom. A task stands here while it waits, and keeps its place while it is being
-- sent, since it may be refused for a reason that passes.
CREATE TABLE line (
    place INTEGER PRIMARY KEY,             -- the smallest is sent first; a new one is the largest
    task_id INTEGER NOT NULL UNIQUE REFERENCES task(id) ON DELETE CASCADE
) STRICT;

INSERT INTO line(task_id) SELECT id FROM task WHERE state IN ('queued', 'sending') ORDER BY id;

CREATE TRIGGER task_enters_line AFTER INSERT ON task WHEN NEW.state = 'queued'
BEGIN
    INSERT INTO line(task_id) VALUES (NEW.id);
END;

CREATE TRIGGER task_enters_line_again AFTER UPDATE OF state ON task
WHEN NEW.state = 'queued' AND OLD.state NOT IN ('queued', 'sending')
BEGIN
    INSERT INTO line(task_id) VALUES (NEW.id);
END;

CREATE TRIGGER task_leaves_line AFTER UPDATE OF state ON task
WHEN NEW.state NOT IN ('queued', 'sending') AND OLD.state IN ('queued', 'sending')
BEGIN
    DELETE FROM line WHERE task_id = OLD.id;
END;

-- What estimates are made from: the newest runs of an account.
CREATE INDEX task_pace ON task(account, created_at) WHERE state = 'kept' AND seconds IS NOT NULL;
"""

_TRASH = """
ALTER TABLE task ADD COLUMN trashed_at REAL;            -- NULL: not in the trash
ALTER TABLE task ADD COLUMN remote_deleted_at REAL;     -- when the server's files were deleted
ALTER TABLE output ADD COLUMN trashed_at REAL;          -- that of its task, if it went with it
ALTER TABLE output ADD COLUMN trash_path TEXT NOT NULL DEFAULT '';  -- where it may be in the trash

-- Holds all that a list of the history needs, in its order; now without the trash.
DROP INDEX task_by_age;
CREATE INDEX task_by_age ON task(created_at) WHERE trashed_at IS NULL;
CREATE INDEX task_trashed ON task(trashed_at) WHERE trashed_at IS NOT NULL;
CREATE INDEX output_trashed ON output(trashed_at) WHERE trashed_at IS NOT NULL;
CREATE INDEX output_unsettled ON output(id) WHERE trash_path <> '';
DROP INDEX output_kept;
CREATE INDEX output_kept ON output(size) WHERE state = 'kept' AND trashed_at IS NULL;

-- Nothing in the trash is picked up again.
DROP VIEW unfinished;
DROP INDEX task_unfinished;
CREATE INDEX task_unfinished ON task(owner)
    WHERE state IN ('queued', 'sending', 'accepted', 'running', 'downloading')
    AND trashed_at IS NULL;
CREATE VIEW unfinished AS
    SELECT id, owner FROM task
    WHERE state IN ('queued', 'sending', 'accepted', 'running', 'downloading')
    AND trashed_at IS NULL;

-- A task that comes to life again, such as a lost one that was found, leaves the trash.
CREATE TRIGGER task_revives AFTER UPDATE OF state ON task
WHEN OLD.trashed_at IS NOT NULL AND NEW.state <> OLD.state
BEGIN
    UPDATE output SET trashed_at = NULL WHERE task_id = OLD.id AND trashed_at = OLD.trashed_at;
    UPDATE task SET trashed_at = NULL WHERE id = OLD.id;
END;

-- What stays of tasks that were deleted for good: what keeps the money right.
CREATE TABLE deleted_task (
    account TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    created_at REAL NOT NULL,
    cost TEXT
) STRICT;
CREATE INDEX deleted_task_spent ON deleted_task(created_at);
CREATE INDEX deleted_task_remote ON deleted_task(remote_id) WHERE remote_id <> '';
"""

_MARKS = """
-- What a person thinks of a picture.
ALTER TABLE output ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0;
ALTER TABLE output ADD COLUMN rating INTEGER NOT NULL DEFAULT 0;   -- 1 to 5 stars; 0 is none
ALTER TABLE output ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;
CREATE INDEX output_favourite ON output(task_id) WHERE favourite = 1 AND trashed_at IS NULL;
CREATE INDEX output_rating ON output(task_id, rating) WHERE rating > 0 AND trashed_at IS NULL;
CREATE INDEX output_rejected ON output(task_id) WHERE rejected = 1 AND trashed_at IS NULL;
CREATE INDEX output_broken ON output(task_id) WHERE state = 'broken' AND trashed_at IS NULL;

-- What a person writes to a task. Texts stand as written, folded and as words, see search.py.
CREATE TABLE note (
    task_id INTEGER PRIMARY KEY, text TEXT NOT NULL, folded TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE TABLE tag (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, words TEXT NOT NULL
) STRICT;
CREATE TABLE task_tag (
    tag_id INTEGER NOT NULL, task_id INTEGER NOT NULL, PRIMARY KEY (tag_id, task_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_of_task ON task_tag(task_id);

CREATE TABLE collection (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE collected (
    collection_id INTEGER NOT NULL, output_id INTEGER NOT NULL, task_id INTEGER NOT NULL,
    PRIMARY KEY (collection_id, output_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_of_output ON collected(output_id);
CREATE INDEX collected_task ON collected(collection_id, task_id);

CREATE TABLE saved_search (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, query TEXT NOT NULL
) STRICT;

-- Instead of foreign keys: what is undone or done again late may speak of what is gone.
CREATE TRIGGER task_deleted AFTER DELETE ON task BEGIN
    DELETE FROM task_text WHERE rowid = old.id;
    DELETE FROM task_part WHERE rowid = old.id;
    DELETE FROM note WHERE task_id = old.id;
    DELETE FROM task_tag WHERE task_id = old.id;
END;
CREATE TRIGGER output_deleted AFTER DELETE ON output BEGIN
    DELETE FROM collected WHERE output_id = old.id;
END;

-- The recipe's figures, read out of the request, and kept where a search walks through them. A
-- column that is computed when it is read would be computed 100,000 times, index or not.
ALTER TABLE task ADD COLUMN model ANY;
ALTER TABLE task ADD COLUMN seed ANY;
ALTER TABLE task ADD COLUMN scheduler ANY;
ALTER TABLE task ADD COLUMN width ANY;
ALTER TABLE task ADD COLUMN height ANY;
ALTER TABLE task ADD COLUMN samples ANY;
ALTER TABLE task ADD COLUMN steps ANY;
ALTER TABLE task ADD COLUMN scale ANY;
ALTER TABLE task ADD COLUMN clip_skip ANY;
CREATE TRIGGER task_made AFTER INSERT ON task WHEN json_valid(new.request) BEGIN
    UPDATE task SET
        model = new.request ->> '$.model',
        seed = new.request ->> '$.values.seed',
        scheduler = new.request ->> '$.values.scheduler',
        width = new.request ->> '$.values.width',
        height = new.request ->> '$.values.height',
        samples = new.request ->> '$.values.samples',
        steps = new.request ->> '$.values.steps',
        scale = new.request ->> '$.values.scale',
        clip_skip = new.request ->> '$.values.clipSkip'
    WHERE id = new.id;
END;
CREATE TRIGGER task_request AFTER UPDATE OF request ON task WHEN json_valid(new.request) BEGIN
    UPDATE task SET
        model = new.request ->> '$.model',
        seed = new.request ->> '$.values.seed',
        scheduler = new.request ->> '$.values.scheduler',
        width = new.request ->> '$.values.width',
        height = new.request ->> '$.values.height',
        samples = new.request ->> '$.values.samples',
        steps = new.request ->> '$.values.steps',
        scale = new.request ->> '$.values.scale',
        clip_skip = new.request ->> '$.values.clipSkip'
    WHERE id = new.id;
END;
UPDATE task SET request = request;
CREATE INDEX task_facts ON task(
    created_at, state, account, cost, seconds,
    model, seed, scheduler, width, height, samples, steps, scale, clip_skip
) WHERE trashed_at IS NULL;

-- Words of the prompts again, with the model's; and every three letters, for parts of words.
DROP TABLE task_text;
CREATE VIRTUAL TABLE task_text USING fts5(
    prompt, negative_prompt, model, content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2'
);
CREATE VIRTUAL TABLE task_part USING fts5(
    prompt, negative_prompt, content = '', contentless_delete = 1, tokenize = 'trigram'
);
INSERT INTO task_text(rowid, prompt, negative_prompt, model)
    SELECT id, words_of(coalesce(request ->> '$.values.prompt', '')),
        words_of(coalesce(request ->> '$.values.negativePrompt', '')), words_of(coalesce(model, ''))
    FROM task WHERE json_valid(request);
INSERT INTO task_part(rowid, prompt, negative_prompt)
    SELECT id, folded(coalesce(request ->> '$.values.prompt', '')),
        folded(coalesce(request ->> '$.values.negativePrompt', ''))
    FROM task WHERE json_valid(request);
"""

_EXCHANGE = """
-- The name of the file that a task was imported from.
ALTER TABLE task ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- Whether a picture is in the library already.
CREATE INDEX output_hash ON output(sha256) WHERE sha256 <> '';
"""

_LINEAGE = """
-- The task whose recipe a task was made from. No foreign key: it stays when that one is deleted, so
-- that it is known to have been there; no id is given twice.
ALTER TABLE task ADD COLUMN parent_id INTEGER;
CREATE INDEX task_parent ON task(parent_id) WHERE parent_id IS NOT NULL;
"""

_GALLERY = """
-- All that a grid of pictures needs to be found and ordered. State and time are the same in each
-- row, and stand there so that the table itself need not be looked at.
CREATE INDEX output_shown ON output(
    task_id, position DESC, favourite, rating, rejected, state, trashed_at
) WHERE state = 'kept' AND trashed_at IS NULL;
"""

_TOTALS = """
-- What is kept is added up after every picture that comes: without looking at the table itself.
CREATE INDEX output_size ON output(size, state, trashed_at)
    WHERE state = 'kept' AND trashed_at IS NULL;
"""

_AFTERCARE = """
-- What the server still owes of a task that it called ended; see core/task/aftercare.py.
CREATE TABLE aftercare (
    task_id INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    began REAL NOT NULL,
    due REAL,                              -- NULL: looked for no more
    tries INTEGER NOT NULL,
    asked REAL,
    PRIMARY KEY (task_id, reason)
) STRICT, WITHOUT ROWID;
CREATE INDEX aftercare_due ON aftercare(due) WHERE due IS NOT NULL;
CREATE INDEX aftercare_over ON aftercare(reason, task_id) WHERE due IS NULL;

-- What was received in the place of a picture; few of many.
CREATE INDEX output_aside ON output(task_id) WHERE state = 'aside' AND trashed_at IS NULL;
"""

_MONEY = """
-- Amounts in whole units, so that SQL adds them up exactly; what was no amount is not known.
DROP INDEX task_spent;
DROP INDEX task_facts;
ALTER TABLE task RENAME COLUMN cost TO told;
ALTER TABLE task ADD COLUMN cost INTEGER;
ALTER TABLE task ADD COLUMN estimated INTEGER;          -- what was told before the click
UPDATE task SET cost = units_of(told) WHERE told IS NOT NULL;
ALTER TABLE task DROP COLUMN told;
CREATE INDEX task_facts ON task(
    created_at, state, account, cost, seconds,
    model, seed, scheduler, width, height, samples, steps, scale, clip_skip
) WHERE trashed_at IS NULL;

-- What estimates are made from: the newest runs of an account, whether their time is known or not.
DROP INDEX task_pace;
CREATE INDEX task_pace ON task(account, created_at) WHERE state = 'kept';

-- What was charged, and what may still be: in the trash or not.
CREATE INDEX task_spent ON task(created_at, account, cost, estimated) WHERE cost IS NOT NULL;
CREATE INDEX task_uncharged ON task(created_at, account, estimated)
    WHERE cost IS NULL AND account NOT IN ('sandbox', 'import');

-- Of a task that was deleted for good, also what it is found under among the charges. NULL where a
-- version before this deleted it.
ALTER TABLE deleted_task RENAME COLUMN cost TO told;
ALTER TABLE deleted_task ADD COLUMN cost INTEGER;
ALTER TABLE deleted_task ADD COLUMN estimated INTEGER;
ALTER TABLE deleted_task ADD COLUMN model TEXT;
ALTER TABLE deleted_task ADD COLUMN pictures INTEGER;   -- that were kept
ALTER TABLE deleted_task ADD COLUMN tags TEXT;          -- JSON: names
ALTER TABLE deleted_task ADD COLUMN collections TEXT;   -- JSON: names
UPDATE deleted_task SET cost = units_of(told) WHERE told IS NOT NULL;
ALTER TABLE deleted_task DROP COLUMN told;
"""

_SPENDING = """
-- Whether a task may have been made at Wiro, as `core.task.outcome.was_sent` says; and how many
-- pictures it has made: also those that were deleted since, which were paid all the same.
ALTER TABLE task ADD COLUMN sent INTEGER NOT NULL AS (
    account NOT IN ('sandbox', 'import') AND state NOT IN ('queued', 'removed', 'rejected')
    AND (state <> 'cancelled' OR remote_id <> '' OR cost IS NOT NULL)
);
ALTER TABLE task ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
UPDATE task SET pictures = (
    SELECT count(*) FROM output WHERE task_id = task.id AND state IN ('kept', 'deleted')
);
CREATE TRIGGER output_made AFTER INSERT ON output WHEN new.state IN ('kept', 'deleted') BEGIN
    UPDATE task SET pictures = pictures + 1 WHERE id = new.task_id;
END;
CREATE TRIGGER output_changed AFTER UPDATE OF state ON output
WHEN new.state <> 'deleted' AND (new.state = 'kept') <> (old.state = 'kept') BEGIN
    UPDATE task SET pictures = pictures + (new.state = 'kept') - (old.state = 'kept')
    WHERE id = new.task_id;
END;

-- All that Spending takes of a task: in the order of models and days, and of one by its id.
CREATE INDEX task_spending ON task(model, created_at, cost, estimated, pictures) WHERE sent;
CREATE INDEX task_spending_of ON task(id, created_at, cost, estimated, pictures) WHERE sent;
"""

_ELSEWHERE = """
-- Whether a task was taken up that was not sent from here; few of many.
ALTER TABLE task ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;
CREATE INDEX task_elsewhere ON task(elsewhere) WHERE elsewhere = 1;
"""

# A request that is no more than its text and its seed beside what others ask for as well. Odd ones
# stay as they are: no JSON, other types, and characters that SQLite takes for others.
_USUAL = """
    json_type(new.request) = 'object' AND json_type(new.request, '$.values') = 'object'
    AND coalesce(json_type(new.request, '$.values.prompt'), 'text') = 'text'
    AND coalesce(json_type(new.request, '$.values.seed'), 'text') = 'text'
    AND instr(lower(new.request), '\\ud') = 0 AND instr(new.request, '\\u0000') = 0"""
_FRAME = "json_replace(new.request, '$.values.prompt', NULL, '$.values.seed', NULL)"
_TAKE_APART = f"""
    INSERT OR IGNORE INTO recipe(frame) SELECT {_FRAME} WHERE {_USUAL};
    UPDATE task SET
        model = new.request ->> '$.model',
        seed = new.request ->> '$.values.seed',
        scheduler = new.request ->> '$.values.scheduler',
        width = new.request ->> '$.values.width',
        height = new.request ->> '$.values.height',
        samples = new.request ->> '$.values.samples',
        steps = new.request ->> '$.values.steps',
        scale = new.request ->> '$.values.scale',
        clip_skip = new.request ->> '$.values.clipSkip',
        recipe = (SELECT id FROM recipe WHERE {_USUAL} AND frame = {_FRAME}),
        prompt = iif({_USUAL}, new.request ->> '$.values.prompt', NULL),
        request = iif({_USUAL}, '', new.request)
    WHERE id = new.id;"""  # noqa: S608  ours
_FORGET_RECIPE = """
    DELETE FROM recipe WHERE id = old.recipe
        AND NOT EXISTS (SELECT 1 FROM task WHERE recipe = old.recipe);"""

_FORMS = f"""
-- What many requests have in common stands once: all but the prompt and the seed, which are null in
-- it. A task holds those two, and its request is empty; what is unusual stays there, and has no
-- recipe. Whoever stores a request need not know: see requests.py for how it comes back.
CREATE TABLE recipe (id INTEGER PRIMARY KEY, frame TEXT NOT NULL UNIQUE) STRICT;
ALTER TABLE task ADD COLUMN recipe INTEGER;
ALTER TABLE task ADD COLUMN prompt TEXT;
DROP TRIGGER task_made;
CREATE TRIGGER task_made AFTER INSERT ON task WHEN json_valid(new.request) BEGIN
    {_TAKE_APART}
END;
DROP TRIGGER task_request;
CREATE TRIGGER task_request AFTER UPDATE OF request ON task WHEN json_valid(new.request) BEGIN
    {_TAKE_APART}
    {_FORGET_RECIPE}
END;
CREATE TRIGGER task_recipe_gone AFTER DELETE ON task WHEN old.recipe IS NOT NULL BEGIN
    {_FORGET_RECIPE}
END;

-- A hash is 32 bytes; as text it stands only where it is none. Nothing but the type changes, and
-- STRICT tables hold what they held: so no row need be written for it.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'sha256 TEXT NOT NULL', 'sha256 ANY NOT NULL')
    WHERE type = 'table' AND name = 'output';
PRAGMA writable_schema = RESET;
DROP INDEX output_hash;
DROP INDEX output_kept;  -- what it tells, output_size does
DROP INDEX output_size;
DROP INDEX output_shown;

{BEGIN_RENEWAL.format(name="forms")}
"""  # noqa: S608  ours

# What was written before stays readable while it is brought into these forms.
_INTO_FORMS = Renewal(
    stages=(
        Stage(
            "UPDATE task SET request = plain_request(request)"
            " WHERE id > ?1 AND id <= ?2 AND recipe IS NULL AND json_valid(request)",
            "task",
        ),
        Stage(
            "UPDATE output SET sha256 = unhex(sha256) WHERE id > ?1 AND id <= ?2"
            " AND typeof(sha256) = 'text' AND length(sha256) = 64"
            " AND sha256 NOT GLOB '*[^0-9a-f]*'",
            "output",
        ),
        Stage("CREATE INDEX task_recipe ON task(recipe) WHERE recipe IS NOT NULL"),
        # The state is known by the condition, and need not stand there as well.
        Stage(
            "CREATE INDEX output_shown ON output("
            " task_id, position DESC, favourite, rating, rejected, trashed_at"
            ") WHERE state = 'kept' AND trashed_at IS NULL"
        ),
        Stage(
            "CREATE INDEX output_size ON output(size, trashed_at)"
            " WHERE state = 'kept' AND trashed_at IS NULL"
        ),
        # The beginning of a hash is enough to find it.
        Stage("CREATE INDEX output_hash ON output(substr(sha256, 1, 8)) WHERE sha256 <> ''"),
    )
)

_OTHERS = """
-- What an imported picture says that no input is for: JSON, texts by name; and its words, with a
-- space before and after each.
CREATE TABLE others (
    task_id INTEGER PRIMARY KEY, told TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE TRIGGER task_others_gone AFTER DELETE ON task BEGIN
    DELETE FROM others WHERE task_id = old.id;
END;
"""

HISTORY = Schema(
    application_id=0x434D4958,  # "CMIX"
    migrations=(
        _FIRST,
        _DOUBT,
        _LINE,
        _TRASH,
        _MARKS,
        _EXCHANGE,
        _LINEAGE,
        _GALLERY,
        _TOTALS,
        _AFTERCARE,
        _MONEY,
        _SPENDING,
        _ELSEWHERE,
        _FORMS,
        _OTHERS,
        JOURNAL,
    ),
    durable=True,
    functions={
        "folded": folded,
        "words_of": words_of,
        "units_of": units_of,
        "plain_request": plain,
    },
    renewals={"forms": _INTO_FORMS},
)
