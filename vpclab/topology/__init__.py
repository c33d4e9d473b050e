"""What exists: the frozen values, the builder, AWS's construction rules.

Read `model` first, then `builders` and `vpcs`, where networks are declared; `store` says what declaring
means. One module per family of handles: `subnets`, `interfaces`, `routing`, `filters`, `gateways`,
`connections`, `transit`, `endpoints`. `rules` holds what AWS refuses, `words` how it is said, `syntax`
the short texts, `services` the public addresses of AWS services.
"""
