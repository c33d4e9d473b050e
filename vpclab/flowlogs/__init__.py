"""Flow logs: what the interfaces of a VPC record; made from traces, read, written and investigated.

>>> from vpclab import Topology, internet, tcp, trace
>>> from vpclab.flowlogs import records, rejected_by
>>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
>>> public = prod.subnet("public-a", "10.0.0.0/24")
>>> public.route("0.0.0.0/0", to=prod.internet_gateway())
>>> acl = prod.network_acl("strict", inbound=["100 allow all from 0.0.0.0/0"], subnets=[public])
>>> group = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
>>> web = public.instance("web", private_ip="10.0.0.10", public_ip=True, security_groups=[group])
>>> log = records(trace(prod.topology, internet, web, tcp(443)))
>>> rejected_by(log).table()["by"].tolist()
['network ACL']
"""

from vpclab.flowlogs.answers import Answer
from vpclab.flowlogs.fields import DEFAULT_FORMAT, VERSION_5_FORMAT
from vpclab.flowlogs.log import Broken, Log
from vpclab.flowlogs.making import Flow, records
from vpclab.flowlogs.questions import (
    brute_force,
    data_leaving,
    port_scan,
    rejected_by,
    stopped_after,
    summarise,
    top_talkers,
)
from vpclab.flowlogs.reading import read_chunks, read_log, write_log
from vpclab.flowlogs.rules import least_rules, rules_never_used

__all__ = [
    "DEFAULT_FORMAT",
    "VERSION_5_FORMAT",
    "Answer",
    "Broken",
    "Flow",
    "Log",
    "brute_force",
    "data_leaving",
    "least_rules",
    "port_scan",
    "read_chunks",
    "read_log",
    "records",
    "rejected_by",
    "rules_never_used",
    "stopped_after",
    "summarise",
    "top_talkers",
    "write_log",
]
