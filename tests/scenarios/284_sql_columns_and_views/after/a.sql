-- The shop's schema.
BEGIN;

/* Carts. */
CREATE TABLE IF NOT EXISTS shop.carts (
    id SERIAL PRIMARY KEY,
    total NUMERIC(10, 2) DEFAULT 0,
    note TEXT
);

CREATE INDEX carts_owner ON shop.carts (owner);

-- What is open.
CREATE OR REPLACE VIEW open_carts AS
SELECT id FROM shop.carts;

CREATE TYPE suit AS ENUM ('hearts', 'spades');

CREATE FUNCTION add(a INT, b INT) RETURNS INT
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN a + b;
END;
$$;

CREATE MATERIALIZED VIEW totals AS SELECT 1;

INSERT INTO carts (owner) VALUES ('me');

ALTER TABLE carts ADD COLUMN note TEXT;

COMMIT;
