//! The OpenAPI document holds what the server does.
