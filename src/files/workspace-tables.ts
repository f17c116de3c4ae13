/**
 * The tables of a workspace, as steps for `migrate`. Bytes stand last in the row, so that a listing never reads them.
 * Totals are kept by triggers: a write then checks its limits without counting ten thousand rows.
 */
export const workspaceTables: readonly string[] = [
  `CREATE TABLE workspace_entry (
     parent TEXT NOT NULL,
     name TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('file', 'directory')),
     size INTEGER NOT NULL,
     mode INTEGER NOT NULL,
     modified_at INTEGER NOT NULL,
     object_key TEXT,
     bytes BLOB,
     UNIQUE (parent, name)
   )`,
  `CREATE TABLE workspace_total (files INTEGER NOT NULL, directories INTEGER NOT NULL, bytes INTEGER NOT NULL);
   INSERT INTO workspace_total VALUES (0, 0, 0);
   CREATE TRIGGER workspace_entry_added AFTER INSERT ON workspace_entry BEGIN
     UPDATE workspace_total SET files = files + (NEW.kind = 'file'),
       directories = directories + (NEW.kind = 'directory'), bytes = bytes + NEW.size;
   END;
   CREATE TRIGGER workspace_entry_removed AFTER DELETE ON workspace_entry BEGIN
     UPDATE workspace_total SET files = files - (OLD.kind = 'file'),
       directories = directories - (OLD.kind = 'directory'), bytes = bytes - OLD.size;
   END;
   CREATE TRIGGER workspace_entry_resized AFTER UPDATE OF size ON workspace_entry BEGIN
     UPDATE workspace_total SET bytes = bytes - OLD.size + NEW.size;
   END`,
  `INSERT INTO workspace_entry (parent, name, kind, size, mode, modified_at) VALUES
     ('/workspace', 'input', 'directory', 0, 493, unixepoch() * 1000),
     ('/workspace', 'output', 'directory', 0, 493, unixepoch() * 1000)`,
  `ALTER TABLE workspace_entry ADD COLUMN upload_key TEXT;
   CREATE INDEX workspace_upload ON workspace_entry (upload_key) WHERE upload_key IS NOT NULL`,
];
