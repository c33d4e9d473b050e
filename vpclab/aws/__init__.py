"""The real thing: describe-* JSON in and out.

Read `load` first: it holds the rules for a whole snapshot. `files` finds the JSON, `fields` reads it
without trusting it, `elements` makes one value of one element, `save` writes it all back.
"""

from vpclab.aws.load import load_aws
from vpclab.aws.save import save_aws

__all__ = ["load_aws", "save_aws"]
