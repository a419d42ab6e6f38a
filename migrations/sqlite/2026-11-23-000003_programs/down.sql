DROP TABLE import_marks;
DROP TABLE tier_changes;
DROP TABLE conversion_changes;
DROP TABLE conversions;
DROP TABLE imports;
DROP TABLE affiliate_refs;
DROP TABLE programs;
