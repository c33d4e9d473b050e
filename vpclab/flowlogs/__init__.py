"""Flow logs: what the interfaces of a VPC record; made from traces, read, written and investigated."""

from vpclab.flowlogs.making import Flow, records

__all__ = ["Flow", "records"]
