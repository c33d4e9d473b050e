"""Trouble tickets for the troubleshooting clinic.

t = ticket(7)                                  # a complaint, and the plan of a network that is otherwise
t.probe("web", "app", tcp(8080))               # one counted question
t.diagnose("app", "SUBNET_ACL_RESTRICTION")    # who is to blame, and for what
t.fix(function)                                # any change that makes the intent table hold
t.debrief()                                    # what it was, and the shortest line of questioning
"""

from __future__ import annotations

from vpclab.course.tickets.deal import ticket
from vpclab.course.tickets.ticket import Ticket

__all__ = ["Ticket", "ticket"]
