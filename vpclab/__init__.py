"""vpclab: build an Amazon VPC in a few lines, send packets through it, and see why they pass or not.

>>> from vpclab import Topology, internet, tcp, trace
>>> shop = Topology("shop", region="ap-northeast-1")
>>> prod = shop.vpc("prod", "10.0.0.0/16")
>>> public = prod.subnet("public-a", "10.0.0.0/24", az="a")
>>> public.route("0.0.0.0/0", to=prod.internet_gateway())
>>> web_sg = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
>>> web = public.instance("web", public_ip=True, security_groups=[web_sg])
>>> trace(shop, internet, web, tcp(443)).reaches
True
>>> print(trace(shop, internet, web, tcp(22)).because)
security group web: no inbound rule admits tcp 22 from 192.0.2.1.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vpclab.data import data_path
from vpclab.evaluate.compare import Comparison, compare
from vpclab.evaluate.ends import internet, service, site
from vpclab.evaluate.filters import evaluate_network_acl, evaluate_security_groups
from vpclab.evaluate.intents import Intent, Intents
from vpclab.evaluate.names import Answer, resolve
from vpclab.evaluate.packets import Packet, icmp, protocol, tcp, udp
from vpclab.evaluate.reachability import Reachability, reachability
from vpclab.evaluate.results import Decision, Hop, Trace
from vpclab.evaluate.routes import select_route
from vpclab.evaluate.trace import still_open, trace
from vpclab.evaluate.traffic import Traffic
from vpclab.topology.builders import Topology
from vpclab.topology.errors import Ambiguous, BadInput, NotFound, Refused, VpclabError

if TYPE_CHECKING:
    from vpclab.aws import load_aws as load_aws
    from vpclab.aws import save_aws as save_aws
    from vpclab.flowlogs import Flow as Flow
    from vpclab.flowlogs import read_log as read_log
    from vpclab.flowlogs import records as records
    from vpclab.flowlogs import write_log as write_log
    from vpclab.render import draw as draw

__version__ = "0.1.0"

# Drawing and reading files load when first used, so that `import vpclab` stays light.
_LATER = {
    "draw": "vpclab.render", "load_aws": "vpclab.aws", "save_aws": "vpclab.aws", "Flow": "vpclab.flowlogs",
    "records": "vpclab.flowlogs", "read_log": "vpclab.flowlogs", "write_log": "vpclab.flowlogs",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'vpclab' has no attribute {name!r}")


__all__ = [  # noqa: RUF022 - in reading order
    "Topology",
    "internet",
    "service",
    "site",
    "tcp",
    "udp",
    "icmp",
    "protocol",
    "trace",
    "still_open",
    "Trace",
    "Hop",
    "Decision",
    "Packet",
    "evaluate_security_groups",
    "evaluate_network_acl",
    "select_route",
    "resolve",
    "Answer",
    "reachability",
    "Reachability",
    "Traffic",
    "compare",
    "Comparison",
    "Intents",
    "Intent",
    "draw",
    "load_aws",
    "save_aws",
    "records",
    "Flow",
    "read_log",
    "write_log",
    "data_path",
    "VpclabError",
    "BadInput",
    "Refused",
    "NotFound",
    "Ambiguous",
]
