"""What VPC endpoints do with a packet: the gateway kind is a route, the interface kind has addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vpclab.evaluate.gateways import ECHO
from vpclab.evaluate.network import Interface, LinkedSubnet
from vpclab.evaluate.packets import Header, address
from vpclab.evaluate.results import FORWARD, Place, Target, service_place
from vpclab.topology.model import PORTED, TCP, VpcEndpoint
from vpclab.topology.rules import is_public

if TYPE_CHECKING:
    from vpclab.evaluate.walk import Walk


def through_gateway_endpoint(walk: Walk, target: Target, header: Header, subnet: LinkedSubnet) -> None:
    """Reach S3 or DynamoDB by the endpoint's route; the service sees the private source (VPE-3, PATH-10)."""
    endpoint = walk.network.snapshot.get(VpcEndpoint, target.id)
    if endpoint is None:
        return
    version, src, _, protocol = header[:4]
    label = f"VPC endpoint {endpoint.name}"
    if (version, src) not in subnet.vpc.owners:
        because = (
            f"{label}: {address(version, src)} is outside its VPC, and a gateway endpoint "
            "serves no one else (VPE-5)."
        )
        walk.stop(endpoint, header, "vpclab:VPCE_SOURCE_NOT_IN_VPC", because)
    elif protocol != TCP and (protocol, header[6]) not in ECHO:
        because = f"{label}: a gateway endpoint takes TCP and the ICMP echo only (VPE-8)."
        walk.stop(endpoint, header, "VPCE_GATEWAY_PROTOCOL_RESTRICTION", because)
    else:
        walk.step(endpoint, endpoint.kind, header, header)
        _policy_note(walk, endpoint)
        place = service_place(endpoint.service)
        walk.step(place, place.kind, header, None)
        walk.answers_by = (endpoint, subnet)
        walk.reached(place, header)


def answer_from_service(walk: Walk, place: Place, header: Header) -> None:
    """Bring a service's answer back the way the request came."""
    interface = walk.source.interface
    if walk.answers_by is not None:
        endpoint, subnet = walk.answers_by
        walk.step(endpoint, endpoint.kind, header, header)
        walk.enter_subnet(subnet.vpc.subnet_at(header[0], header[2]), header, subnet.vpc)
    elif not walk.beside and is_public(address(header[0], header[1])):
        from vpclab.evaluate.gateways import enter_from_internet

        enter_from_internet(walk, header)
    elif interface is not None:
        walk.end(interface, header)  # the services that nothing filters (PATH-15)


def at_interface_endpoint(walk: Walk, endpoint: VpcEndpoint, interface: Interface, header: Header) -> None:
    """Arrive at an interface endpoint: it carries TCP and UDP, and does not answer ping (VPE-11)."""
    label, protocol = f"VPC endpoint {endpoint.name}", header[3]
    if endpoint.state != "available" or interface.value.status != "in-use":
        walk.stop(
            endpoint,
            header,
            "BAD_STATE",
            f"{label} is not available in {interface.subnet.value.az} (VPE-17).",
        )
    elif walk.leg == FORWARD and (protocol, header[6]) in ECHO:
        walk.step(endpoint, endpoint.kind, header, None)
        walk.note(f"{label} does not answer an echo (VPE-11).")
        walk.silent = True
        walk.reached(interface, header)
    elif protocol not in PORTED:
        walk.stop(endpoint, header, "PROTOCOL_RESTRICTION", f"{label}: it carries TCP and UDP only (VPE-11).")
    else:
        walk.step(endpoint, endpoint.kind, header, None)
        _policy_note(walk, endpoint)
        walk.reached(interface, header)


def _policy_note(walk: Walk, endpoint: Any) -> None:
    if endpoint.policy:
        words = "decides who may call what, by an authorization error and never by dropping packets (VPE-16)."
        walk.note(f"The policy of VPC endpoint {endpoint.name} {words}")
