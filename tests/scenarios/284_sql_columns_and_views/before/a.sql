-- The shop's schema.
BEGIN;

/* Carts. */
CREATE TABLE IF NOT EXISTS shop.carts (
    id SERIAL PRIMARY KEY,
    owner TEXT NOT NULL,
    total NUMERIC(10, 2) DEFAULT 0
);

CREATE INDEX carts_owner ON shop.carts (owner);

-- What is open.
CREATE OR REPLACE VIEW open_carts AS
SELECT id, owner
FROM shop.carts
WHERE total > 0;

CREATE TYPE suit AS ENUM ('hearts', 'spades');

CREATE FUNCTION add(a INT, b INT) RETURNS INT
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN a + b;
END;
$$;

CREATE MATERIALIZED VIEW totals AS SELECT 1;

CREATE TRIGGER stamp BEFORE UPDATE ON carts FOR EACH ROW EXECUTE FUNCTION touch();

INSERT INTO carts (owner) VALUES ('me');

ALTER TABLE carts ADD COLUMN note TEXT;

COMMIT;
