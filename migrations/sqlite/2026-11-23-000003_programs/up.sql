CREATE TABLE programs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    link_base TEXT NOT NULL,
    currency TEXT NOT NULL DEFAULT 'EUR',
    description_de TEXT NOT NULL DEFAULT '',
    description_en TEXT NOT NULL DEFAULT '',
    s2s_secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (slug),
    UNIQUE (s2s_secret)
);

CREATE TABLE affiliate_refs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    program_id BIGINT NOT NULL REFERENCES programs ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    ref TEXT NOT NULL,
    ref_key TEXT NOT NULL,
    for_links BOOLEAN NOT NULL DEFAULT true,
    created_at BIGINT NOT NULL,
    UNIQUE (program_id, ref_key)
);
CREATE INDEX affiliate_refs_member_id ON affiliate_refs (member_id);

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'queued',
    dry_run BOOLEAN NOT NULL DEFAULT false,
    file_name TEXT NOT NULL,
    file_path TEXT NOT NULL,
    options TEXT NOT NULL DEFAULT '{}',
    report TEXT NOT NULL DEFAULT '{}',
    rows_done BIGINT NOT NULL DEFAULT 0,
    rows_total BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    undone_at BIGINT
);

CREATE TABLE conversions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    order_id TEXT NOT NULL,
    product_id TEXT NOT NULL DEFAULT '',
    program_id BIGINT,
    affiliate_ref TEXT NOT NULL,
    ref_key TEXT NOT NULL,
    member_id BIGINT,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    commission BIGINT,
    status TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    import_id BIGINT,
    raw TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (source, order_id, product_id)
);
CREATE INDEX conversions_member_id_occurred_at ON conversions (member_id, occurred_at);
CREATE INDEX conversions_program_id_ref_key ON conversions (program_id, ref_key);
CREATE INDEX conversions_import_id ON conversions (import_id);
CREATE INDEX conversions_occurred_at ON conversions (occurred_at, status, currency, member_id, amount);

CREATE TABLE conversion_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversion_id BIGINT NOT NULL,
    import_id BIGINT,
    before TEXT NOT NULL DEFAULT '',
    after TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX conversion_changes_conversion_id ON conversion_changes (conversion_id);
CREATE INDEX conversion_changes_import_id ON conversion_changes (import_id);

CREATE TABLE tier_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    from_rank INTEGER NOT NULL,
    to_rank INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX tier_changes_member_id_at ON tier_changes (member_id, at);

CREATE TABLE import_marks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id BIGINT NOT NULL REFERENCES imports ON DELETE CASCADE,
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL
);
CREATE INDEX import_marks_import_id ON import_marks (import_id);
