//! `/livez`, `/readyz` and `/metrics` over HTTP.
