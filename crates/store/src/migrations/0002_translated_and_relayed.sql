-- The upstream's dialect, where the request was translated; else NULL.
ALTER TABLE exchange ADD COLUMN upstream_dialect TEXT;
-- Cost before the site's multiplier, where that is not 1; else NULL. `cost_nano_usd` has the multiplier in it.
ALTER TABLE exchange ADD COLUMN list_nano_usd INTEGER;
