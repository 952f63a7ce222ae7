//! Usage to money, from the price tables in config/pricing.
