"""What happens: filters, routes and the trace of one flow in both directions.

Read `packets` (what is sent), `results` (what is answered), then `filters`, `routes` and `trace`.
"""
