-- The hourly sums of the rows that are there. Amounts of one exchange have the limits of `tally.rs`.
INSERT INTO tally
SELECT started_us / 3600000000, coalesce(site, 0), coalesce(model, 0), coalesce(model_served, 0),
       coalesce(client, 0), seq, seq, 1, cost_basis = 'unpriced', cost_nano_usd IS NOT NULL,
       max(-1000000000000000, min(1000000000000000, coalesce(list_nano_usd, cost_nano_usd, 0))),
       max(-1000000000000000, min(1000000000000000, coalesce(cost_nano_usd, 0))),
       tokens, iif(cost_nano_usd IS NULL, 0, tokens)
FROM (SELECT *, max(0, min(1000000000000, coalesce(input, 0) + coalesce(cache_read, 0) +
      coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(output, 0))) AS tokens FROM exchange)
WHERE true
ON CONFLICT (hour, site, model, model_served, client) DO UPDATE SET
    first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq),
    exchanges = exchanges + 1, unpriced = unpriced + excluded.unpriced, priced = priced + excluded.priced,
    list_nano_usd = list_nano_usd + excluded.list_nano_usd,
    cost_nano_usd = cost_nano_usd + excluded.cost_nano_usd, tokens = tokens + excluded.tokens,
    priced_tokens = priced_tokens + excluded.priced_tokens;
