"""What exists: the frozen values, the builder, AWS's construction rules.

Read `model` first, then `builders`; `rules` holds what AWS refuses and `syntax` the short texts.
"""
