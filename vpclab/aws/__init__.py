"""The real thing: describe-* JSON in and out.

Read `load` first: it holds the rules for a whole snapshot; `interfaces` has those for who stands in a subnet,
`hybrid` those for what joins networks.
`files` finds the JSON, `fields` reads it without trusting it, `shapes` is one table of fields for both
directions, `elements` makes values where that is not enough, `save` writes it all back.
"""

from vpclab.aws.load import load_aws
from vpclab.aws.save import save_aws

__all__ = ["load_aws", "save_aws"]
