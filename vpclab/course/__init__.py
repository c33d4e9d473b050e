"""What a lesson is made of: exercises, predictions, recall questions, the packet stepper, progress.

A learner uses about a dozen words::

    from vpclab.course import ____, check, hint, predict, recall, reset, reveal, show, solution, stepper

    show("04-public")                 # what is asked, and where to type
    answer = ____                     # fill in
    check("04-public", answer)        # not yet, try again, correct, or your code raised: always with evidence
    hint("04-public")                 # a nudge, the concept, nearly the answer
    solution("04-public")             # one way to do it, after a try

    predict("04-p1", ____)            # commit before you see
    reveal("04-p1")                   # what happens, and what you said
    probe("04-ticket", "web", "db", tcp(3306))    # one counted try in a network with a fault
    t = ticket(7)                     # a trouble ticket: t.probe, t.diagnose, t.fix, t.debrief
    prove(shop, "rows.csv")           # an intent table, also while the network still grows
    attack(shop)                      # an attacker's checklist, computed
    explain("04-why", ____)           # a sentence of your own beside a model answer
    fact("IGW-5")                     # what a code in brackets stands for

    stepper("04-p2")                  # the packet's way, step by step
    rule_editor(web_sg, "tcp 443 from 203.0.113.10")    # change rules and see the verdict at once
    comparison("10-table")            # a comparison table, filled by experiments
    route_explorer(front)             # every route judged for an address
    cidr_planner("10.0.0.0/16")       # cut a block into subnets
    reachability_matrix(shop)         # who can send what to whom, and what a change changes
    nat_comparison()                  # ways out through NAT: who keeps one, and what it costs
    log_reader(shop_day("A"))         # a flow log line by line, every field in words
    read_record("2 1111...", shop)    # one line of it; log_of(trace) makes the lines
    ports("mysql")                    # well-used ports by number, name or use; port_finder() to search
    progress()                        # the map of the course, and what to do next

Everything is a view of data: `exercises` says what an exercise is, `kinds` how answers are judged, `quiz`
and `record` hold recall questions and progress, `chapters/cNN.py` what each chapter asks. `words` has every
sentence.
"""

from __future__ import annotations

from vpclab.course.attacking import attack
from vpclab.course.blank import ____
from vpclab.course.comparing import comparison, printable
from vpclab.course.concepts import concept_map
from vpclab.course.concepttest import concept_test, gain
from vpclab.course.copies import renew
from vpclab.course.declarations import catalogue
from vpclab.course.editing import rule_editor
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap, Verdict
from vpclab.course.exploring import route_explorer
from vpclab.course.installation import self_check
from vpclab.course.lesson import check, export_progress, hint, reset, reveal, show, solution
from vpclab.course.logreading import log_of, log_reader, read_record, shop_day
from vpclab.course.matrix import reachability_matrix
from vpclab.course.natting import nat_comparison
from vpclab.course.overview import progress
from vpclab.course.planning import cidr_planner
from vpclab.course.portbook import port_finder, ports
from vpclab.course.probes import probe
from vpclab.course.proving import prove
from vpclab.course.reference import fact, misconceptions, price, subnets, terms
from vpclab.course.stepping import stepper, walk
from vpclab.course.tickets import ticket
from vpclab.course.widgets import explain, predict, recall

__all__ = [  # noqa: RUF022 - in the order in which a lesson uses them
    "____",
    "show",
    "check",
    "hint",
    "solution",
    "reset",
    "predict",
    "reveal",
    "recall",
    "stepper",
    "walk",
    "cidr_planner",
    "route_explorer",
    "nat_comparison",
    "ports",
    "port_finder",
    "rule_editor",
    "comparison",
    "printable",
    "reachability_matrix",
    "log_reader",
    "read_record",
    "log_of",
    "shop_day",
    "probe",
    "ticket",
    "prove",
    "attack",
    "explain",
    "subnets",
    "terms",
    "misconceptions",
    "concept_map",
    "fact",
    "price",
    "self_check",
    "renew",
    "concept_test",
    "gain",
    "progress",
    "export_progress",
    "catalogue",
    "Exercise",
    "Prediction",
    "Explanation",
    "Trap",
    "Verdict",
]
