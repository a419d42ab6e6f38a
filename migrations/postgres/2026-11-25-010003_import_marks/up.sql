CREATE INDEX import_marks_kind_object_id ON import_marks (kind, object_id);
