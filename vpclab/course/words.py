"""Every sentence of this package that a learner reads, in one place, so that a translation has one file.

What a chapter says stands in its declarations (`chapters/cNN.py`) and its lesson, and what a quiz says in
`data/quizzes/`. Fields in braces are filled in where the sentence is used.
"""

from __future__ import annotations

from typing import NamedTuple

# --- the four answers of a check ---------------------------------------------------------------------------

NOT_YET = "not yet"
TRY_AGAIN = "try again"
CORRECT = "correct"
RAISED = "your code raised"

BLANK_LEFT = "A blank ____ is still in your answer."
FILL_IN = "Replace every ____ above, then run this cell again."
ASK_FOR_HINT = 'Change your answer and run this cell again, or ask `hint("{id}")`.'
GO_ON = "Go on."
RAISED_SENTENCE = "{type}: {message}"
RAISED_WHERE = "It happened in line {number} of your code:"
RAISED_NEXT = 'Mend that line and run this cell again, or ask `hint("{id}")`.'
NO_MESSAGE = "it came without a message"
CHECK_FAILED = "Your network could not be judged. The engine said: {message}"

# --- answers that cannot be read ---------------------------------------------------------------------------

WRITE_CHOICE = "{value} is none of the choices. Write one of {keys}, in quotes."
WRITE_NUMBER = "{value} is not a number. Write digits only, such as 251."
WRITE_BLOCK = '{value} is not a CIDR block. Write an address, a slash and a length in quotes: "10.0.0.0/24".'
WRITE_LENGTH = '{value} has no length. Write address, slash and how many bits stay fixed: "192.0.2.0/24".'
OTHER_FAMILY = "{value} is an IPv{family} block. This question is about IPv{wanted}."
WRITE_LIST = (
    "{value} is not a list of the items. Write all of {items}, in the order you want, in square brackets."
)
WRITE_PAIRS = '{value} does not pair every item. Write a choice in the place of every "..." in {pairs}.'
WRITE_PAIR = "{value} is none of the choices. There are: {choices}."
WRITE_FUNCTION = (
    "check wants the function itself, without brackets after its name: it runs it on a fresh copy of the "
    "network. You gave {value}."
)
PLAIN_FUNCTION = "{value} would never run: write a plain function, without async and without yield."
ONE_PARAMETER = "{value} must take exactly one argument, the network it changes."
WRITE_COMPONENT = '{value} names no component. Write its name in quotes, or "stops here".'
WRITE_ADDRESS = '{value} is not an address. Write one in quotes, such as "192.0.2.7".'
WRITE_PASSES = '{value} is no answer to this. Write "passes" or "stops".'
WRITE_DIAGNOSIS = '{value} is no diagnosis. Write two names in brackets: ("component", "CODE").'
WRITE_COMPONENT_OF = "{value} names no component of this network. Take the first name from the map."
BELONGS_TO = ". What has {name}: {owners}"
DID_YOU_MEAN = ". Did you mean {name}?"

# --- evidence ----------------------------------------------------------------------------------------------

CHOICE_REFUTED = "The choice “{key}” does not fit what happens."
NUMBER_REFUTED = "{value} does not fit."
BLOCK_FACTS = "{block} runs from {first} to {last}: {size} addresses."
BLOCK_ONE = "{block} is one single address."
HOST_BITS = (
    "A block begins where its length says: {typed} is the block {block}, and {first} is its first address. "
    "AWS clears the rest by itself; write {block}, so that a reader sees it (VPC-5)."
)
BLOCK_USABLE = "In a subnet AWS keeps 5 of them, so {usable} are left."
BLOCK_TINY = "The smallest subnet is a /28, which has 16."
BLOCK_MISSES = "{block} does not hold {item}."
BLOCK_HITS = "{block} runs into {item}, which it must leave alone."
BLOCK_OUTSIDE = "{block} is not inside {item}."
BLOCK_TOO_SMALL = "{block} has too few addresses: {usable} are usable, {hosts} are needed."
BLOCK_TOO_LARGE = "{block} does it, but a smaller block does it too."
BLOCK_REFUTED = "{block} does not do it."
MUST_ARRIVE = "{flow} must work, and does not."
MUST_NOT_ARRIVE = "{flow} must not work, and does."
MUST_KNOW = "{flow} must be decided, and the engine cannot tell: {because}"
AS_IT_WAS = "This is how it was:"
LEFT_AS_IT_WAS = (
    "Your function left the network as it was. What it asks for stood there already, or it changed the "
    "notebook's variables and not what stands in its brackets."
)
REMOVED = "Your change removed {names}. All machines of the network must still be there."
EXPOSED_SUBNET = (
    "All rows hold, but {subnet}, where {host} lives, is a public subnet now: its route table leads straight "
    "to the internet gateway."
)
EXPOSED_ADDRESS = "All rows hold, but {host} has the public address {address} now, and needs none."
REPLY_STOPPED = "The request arrives; it is the answer that is stopped."
ROWS_HOLD = "All {count} rows of the table hold."
ONE_ROW_HOLDS = "The row of the table holds."
ORDER_FROM = "The first {count} stand right. What follows them does not."
ORDER_FROM_SECOND = "The first one stands right. What follows it does not."
ORDER_FIRST = "The very first one does not stand right."
PAIRS_RIGHT = "{right} of {count} pairs are right."
DIAGNOSIS_NOT_THERE = "{component} stops nothing on this way. What does stop the packet is said by its trace."
DIAGNOSIS_CODE = "{component} does stop it, but not for the reason that {code} names."
STEP_REFUTED = {
    "next": "“{value}” is not where the packet goes from here.",
    "passes": "“{value}” is not what becomes of the packet here.",
    "source": "The packet does not leave with the source address {value}.",
    "destination": "The packet does not leave with the destination address {value}.",
}
STEP_STANDS = "The packet comes to {where}: {packet}."
HOP_DOES = "What stands there: {rules}."

# --- the intent table and the prompt -----------------------------------------------------------------------

FROM, TO, TRAFFIC, WANTED = "from", "to", "traffic", "wanted"
MUST, MUST_NOT = "must work", "must not work"
KIND_NAMES = {
    "choice": "choose one",
    "number": "a number",
    "cidr": "a CIDR block",
    "order": "put in order",
    "match": "pair up",
    "edit": "change the network",
    "build": "build the network",
    "diagnose": "name the fault",
    "step": "the packet's next step",
    "compare": "fill the table",
}
WHERE_TO_TYPE = {
    "choice": 'Put a letter, in quotes, in place of the ____ (such as "a"), in the cell that holds:',
    "number": "Put a number in place of the ____, in the cell that holds:",
    "cidr": 'Put a block, in quotes, in place of the ____ (such as "192.0.2.0/24"), in the cell that holds:',
    "order": 'Put a list in place of the ____ (such as ["first", "second"]), in the cell that holds:',
    "match": 'Write a choice in the place of every "..." here:',
    "edit": "Put your lines in place of the ____, in the cell that holds:",
    "build": "Put your lines in place of the ____, in the cell that holds:",
    "diagnose": 'Put two names in place of the ____ (such as ("web", "CODE")), in the cell that holds:',
    "step": "Put a name or an address, in quotes, in place of the ____, in the cell that holds:",
    "step passes": 'Put "passes" or "stops" in place of the ____, in the cell that holds:',
    "compare": (
        "Choose in the table's lists; or put rows in place of the ____ (such as "
        '{"row": ("a", "b")}, one letter for each column), in the cell that holds:'
    ),
}
WHERE_TO_PUT = "Put the whole of it, with its braces, in place of the ____, in the cell that holds:"
PREDICTION = "prediction"
EXERCISE = "exercise"
STEP_NEXT = 'Which component comes next? If the packet goes no further, write "stops here".'
STEP_PASSES = 'Does it pass, or stop there? Write "passes" or "stops".'
STEP_SOURCE = "With which source address does it leave?"
STEP_DESTINATION = "With which destination address does it leave?"
STEP_FLOW = "The flow: {flow}."
PASSES, PASS, STOPS, STOP, STOPS_HERE = "passes", "pass", "stops", "stop", "stops here"

# --- hints and solutions -----------------------------------------------------------------------------------

HINT = "hint {number} of {count}"
HINT_MORE = 'Another one: `hint("{id}")`.'
HINT_LAST = 'That was the last hint. A way to do it: `solution("{id}")`.'
SOLUTION = "a solution"
TRY_ONCE_FIRST = "Try once first; call again to see it."
TRY_ONCE_NEXT = 'A wrong try teaches more than a right answer read. `hint("{id}")` gives a nudge.'
SOLUTION_NEXT = "Other ways can be just as right: what counts is what the packet does."
RESET = "reset"
RESET_ONE = "{id} starts anew: its tries, hints and answers no longer count."
RESET_ALL = "Everything starts anew: tries, hints, answers and predictions no longer count."
RESET_KEPT = "What was recorded before stays in the progress file."

# --- predictions -------------------------------------------------------------------------------------------

OUTCOMES = {
    "delivered": "it arrives, and the answer comes back",
    "blocked": "it is stopped on the way",
    "reply-blocked": "it arrives, but the answer is stopped",
}
ATTEMPTS = {"made": "AWS makes it", "refused": "AWS refuses it"}
TRIED = {"made": "**AWS makes it.**", "refused": "**AWS refuses it.** {message}"}
PREDICT_HOW = (
    "Run the next cell, choose, and press “{button}”. Or put your choice in place of the ____ there."
)
COMMIT_FIRST = "Commit your prediction first."
COMMIT_HOW = (
    "Run the cell above, choose and press “{button}”, or put your choice in place of the ____ there. "
    "Then run this cell again."
)
PREDICT_CHOICE = "{value} is none of the choices. Choose one of {keys}."
COMMIT = "Commit"
YOUR_PREDICTION = "Your prediction"
COMMITTED = "committed"
YOU_PREDICTED = "You predicted: {choice}."
COMMITTED_NEXT = "Now run the next cell: it shows what happens."
COMMITTED_BEFORE = "You can choose again, or run the next cell: it shows what happens."
AS_PREDICTED = "That is what happens."
NOT_AS_PREDICTED = "Something else happens."
CHOOSE_ONE = "Choose one answer first."
ABOVE = "{id}: your turn"

# --- explaining in your own words --------------------------------------------------------------------------

EXPLANATION = "explain"
EXPLAIN_HOW = "Run the next cell and write. Or put your sentence, in quotes, in place of the ____ there."
EXPLAIN_BLANK = "Write your own sentence first. It is compared with a model answer, and nobody else reads it."
EXPLAIN_TEXT = "{value} is no sentence. Write one in quotes."
EXPLAIN_LABEL = "Your sentence"
COMPARE = "Compare"
YOURS, MODEL = "**You wrote**: {text}", "**One way to say it**: {text}"
COMPARE_POINTS = "Does your sentence say these things?"
COMPARED_NEXT = "What is missing is worth a look back."

# --- probes ------------------------------------------------------------------------------------------------

PROBE = "probe"
PROBE_NUMBER = "probe {number}"
PROBE_FLOW, PROBE_NOTICED = "who sends what to whom", "what the sender notices"
PROBE_ANSWER, PROBE_SILENCE = "an answer comes back", "no answer"
PROBE_UNKNOWN = "the engine cannot tell: {because}"
PROBE_BLANK = "Say who sends, who shall answer, and what is sent. Each new question counts as one probe."
PROBE_HOW = "Replace the ____ above and run this cell again, as often as you need."
PROBE_NOTHING = "{id} has no network to probe: it asks for something else"
PROBES_ONE, PROBES_MANY = "You used 1 probe.", "You used {count} probes."

# --- a packet's way as a table, kinds of subnets, terms and prices -----------------------------------------

WALK = "step by step"
WALK_HEADER = ("step", "what happens", "answer", "source → destination")
SUBNETS_WORD, SUBNETS = "subnets", "{name}"
SUBNETS_HEADER = ("subnet", "block", "kind", "because")
KIND_PUBLIC, KIND_PRIVATE, KIND_VPN, KIND_ISOLATED = "○ public", "■ private", "■ VPN-only", "■ isolated"
KIND_UNKNOWN = "? unknown"
BECAUSE_ROUTE = "route table {table}: {routes}"
NOT_ATTACHED, GONE = " (not attached)", " (a blackhole: the target is gone)"
BECAUSE_NOTHING = "route table {table}: local routes only"
BECAUSE_NO_TABLE = "no route table of it is known"
TERMS = "words"
TERMS_OF = "New in chapter {chapters}"
TERMS_EARLIER = "Words from earlier chapters: {words}"
TERMS_HEADER = ("word", "meaning")
TERMS_ALL, TERMS_ALL_HEADER = "Every word of the course", ("word", "meaning", "chapter")
TERMS_MORE = "All words, beliefs and the map of the concepts: [reference](99_reference.ipynb)."
BELIEFS, BELIEFS_TITLE = "beliefs", "What people commonly believe, and what puts it to the test"
BELIEFS_HEADER = ("no", "a common belief that is wrong", "put to the test in")
FACT = "fact"
FACT_BASIS = {
    "stated": "How it is known: AWS's documentation says so",
    "inferred": "How it is known: it follows from other facts",
    "older page": "How it is known: an older page of AWS's documentation says so, and nothing contradicts it",
    "secondary": "How it is known: others say so, not AWS",
}
NO_FACT = "there is no fact {code}"
PRICES = "prices"
PRICE_PER, PRICE_AND, PRICE_NONE = "{usd} USD per {unit}", " and ", "nothing"
PRICES_HEADER = ("what", "price", "where", "as of")

# --- recall ------------------------------------------------------------------------------------------------

RECALL = "recall"
RECALL_TITLE = "Three questions from earlier chapters"
RECALL_STILL = "Run the cell below to answer them."
LOOK_FORWARD = "Chapter {chapter}, which is still to come, is about it."
RECALL_NONE = "There are no earlier questions for chapter {chapter}."
QUESTION = "Question {number}"
CHECK = "Check"
TICK_ALL = "Tick every one that is right:"
CHOOSE_SOME = "Tick at least one answer first."
TYPE_ANSWER = "Type an answer first."
SOME_MISSING = "What you ticked is right, but not everything that is right is ticked."
NO_FEEDBACK = "That is not it."
LOOK_BACK = "Look back at {see}."
ANSWER_LABEL = "Answer"

# --- progress ----------------------------------------------------------------------------------------------

PROGRESS = "progress"
CHAPTER, EXERCISES, PREDICTIONS, QUESTIONS = "chapter", "exercises", "predictions", "recall questions"
STATE, COUNTS = "state", "done so far"
CHAPTER_TITLES = {
    "00": "Start here",
    "01": "Environments and networks",
    "02": "VPCs, subnets and addresses",
    "03": "Route tables and gateways",
    "04": "Public and private subnets",
    "05": "NAT: out, but not in",
    "06": "To your own data centre",
    "07": "VPC peering",
    "08": "Protocols and ports",
    "09": "Security groups",
    "10": "Network ACLs, and both together",
    "11": "Endpoints and network interfaces",
    "12": "Flow logs",
    "13": "The whole path: a troubleshooting clinic",
    "14": "Capstone",
    "15": "The real thing",
}
CHAPTER_STATES = {"done": "✔ done", "begun": "◐ begun", "not yet": "○ not yet"}
STILL_COMING = "Still to be written: {chapters}."
MET_HEADER = ("you", "a common belief that is wrong", "where to try again")
MARK_MASTERED, MARK_SHAKY = "✔ mastered it", "◐ are still shaky"
NEXT_GO_ON = "Go on in chapter {chapter}: {id} is next."
NEXT_BEGIN = "Begin chapter {chapter}."
NEXT_NOTHING = "Everything that there is, is done."
OF = "{done} of {all}"
PROGRESS_WHERE = "Recorded in {where}."
NOT_SAVED = (
    "Your progress cannot be written to {where} ({reason}). The lesson works all the same; "
    "the progress of this session is lost when it ends."
)
SET_ASIDE = (
    "{lines} of {where} could not be read. Nothing else is lost: "
    "what could not be read was copied to {aside}."
)
LINES_ONE, LINES_MANY = "1 line", "{count} lines"
EXPORTED = "Your progress is in {where}."

# --- the packet stepper ------------------------------------------------------------------------------------

STEP_LABELS = (
    "leave the instance (security group out)",
    "leave the subnet (network ACL out)",
    "route",
    "cross a gateway (what it rewrites)",
    "enter the subnet (network ACL in)",
    "enter the instance (security group in)",
)
NOT_APPLICABLE = (
    "Does not apply: no security group stands here on this way.",
    "Does not apply: the packet does not leave a subnet here.",
    "Does not apply: no route table is asked here.",
    "Does not apply: no gateway is crossed here.",
    "Does not apply: the packet does not enter a subnet here.",
    "Does not apply: no security group stands here on this way.",
)
REQUEST, REPLY = "request", "reply"
STEP_OF = "Step {number} of {count}"
PREVIOUS, NEXT = "Previous", "Next"
STEP_NUMBER = "Step"
BEFORE, AFTER = "before", "after"
SOURCE, DESTINATION = "source", "destination"
HEADER = "header"
REWRITTEN = "{value} ✎ rewritten"
ENDS_HERE = "the packet ends here"
VERDICT = "what it does"
DECIDES_ALLOW = "◀ decides: passes ✔"
DECIDES_DENY = "◀ decides: stopped ✖"
PASSED_OVER = "looked at, does not decide"
NO_RULE_DECIDES = "no rule matches"
NO_RULE_NEEDED = "no rule is needed for a reply"
MARK_PASS, MARK_STOP, MARK_UNKNOWN = "✔ passes", "✖ stopped", "? not known"
MARK_NONE, MARK_NOT_REACHED = "◌ does not apply", "◌ not reached"
NOT_REACHED = "Not reached: the packet ended at an earlier step."
WHAT_HAPPENS = "what happens"
REWRITES = "it rewrites the {which} from {before} to {after}."
REWRITES_NOTHING = "the header stays as it is."
NO_REPLY_SENT = "The request was stopped, so no reply is sent. This is what would become of one."
WENT_ON = "Stopped at an earlier step. What follows shows what else would stop it."
WIDGET_FAILED = "This step could not be shown: {message}"
ASK = (
    "**Before step {number}: {label}.** The packet {packet} comes to {where}. What happens? "
    "Choose and press “Answer”, or press “Skip”."
)
ASK_FILTER = {"pass": "it passes", "stop": "it is stopped"}
ASK_GATEWAY = {
    "source": "it goes on with another source",
    "destination": "it goes on with another destination",
    "nothing": "it goes on with the header as it is",
    "stop": "it goes no further",
}
ASK_NO_ROUTE = "no route fits, and it is dropped"
ASK_RULES = "{direction} rules of {where}"
ASK_NO_RULES = "none"
ASK_LABEL, ASK_ANSWER, ASK_SKIP = "Your answer", "Answer", "Skip"
ASK_RIGHT = "✔ You said: {choice}. That is what happens."
ASK_WRONG = "✖ You said: {choice}. Something else happens: see what decides."
WRITE_TRACE = '{value} is no trace: give one, such as trace(shop, internet, "web", tcp(443))'
STEPPER = "packet stepper"
STILL_NEXT = "Run the cell below to step through it."

# --- the rule editor ---------------------------------------------------------------------------------------

PACKETS, PACKETS_LIKE = "Packets", "tcp 443 from 203.0.113.10, tcp 22 from 203.0.113.10"
TYPE_PACKET = "Type a packet in the words of a rule, and see what becomes of it."
WRITE_PACKET = "“{text}” is no packet: write it like a rule, such as tcp 443 from 203.0.113.10"
NO_FAMILY = "VPC {vpc} has no IPv{family} block, so no such packet comes here"
WRITE_GUARD = (
    "{value} has no rules to edit: give a security group or a network ACL, such as prod.default_network_acl"
)
SIDE_SHORT = {"inbound": "In", "outbound": "Out"}
ADD_RULE = "Add an {side} rule"
REMOVE, UP, UP_TIP = "Remove", "Earlier", "Try it one place earlier"
RULE_LIKE, ENTRY_LIKE = "tcp 443 {word} 0.0.0.0/0", "100 allow tcp 443 {word} 0.0.0.0/0"
RULES_HEAD = "{direction} rule"
ADMITS, FITS_NOT = "✔ admits it: one is enough", "does not fit"
FITS_LATER, NOT_READ = "would fit, but is not read any more", "not read any more"
LAST_ENTRY, LAST_RULE = "* deny everything else", "no rule fits"
NOT_NEEDED = "–"
LEFT_OUT = "Rules that cannot be read yet, and are left out: {count}."
NOTHING_CHANGED = "# nothing has changed"

# --- the route explorer ------------------------------------------------------------------------------------

TYPE_ADDRESS = "Route table {table}. Type an address: every route is judged, and the longest prefix wins."
WRITE_TABLE = "{value} is no route table: give one, or a subnet, such as prod.main_route_table"
ADDRESS, ADDRESS_LIKE, LOOK_UP = "Destination address", "203.0.113.10 or 2001:db8::10", "Look it up"
ROUTES_HEADER = ("destination", "length", "target", "kind", "for this address")
ROUTE_VERDICTS = {True: "it goes on", False: "it is dropped", None: "not known"}
ROUTE_KINDS = {
    "local": "local",
    "static": "static",
    "list": "static, by prefix list",
    "propagated": "propagated",
}
ROUTE_WINS = "◀ wins: the longest prefix that covers it"
ROUTE_WINS_TIE = "◀ wins: as long as another, but {kind} comes first (RT-8)"
ROUTE_WINS_LOCAL = "◀ wins: no propagated route overrides the local one (RT-7)"
ROUTE_WINS_GONE = "◀ wins, and drops it: the target is gone (RT-13)"
ROUTE_MISSES = "does not cover it"
ROUTE_OTHER_FAMILY = "not read for IPv{family} (RT-5)"
ROUTE_SHORTER = "covers it, but /{mine} is shorter than /{theirs} (RT-6)"
ROUTE_TIE = "covers it with the same length, but {kind} comes first (RT-8)"
ROUTE_PROPAGATED_LOCAL = "covers it, but no propagated route overrides the local one (RT-7)"
ROUTE_RESERVED = "covers it, but no route leads to addresses that AWS keeps for itself (RT-12)"
ROUTE_RESERVED_SAID = "route table {table}: AWS keeps {address} for itself, and no route leads there (RT-12)."

# --- the CIDR planner --------------------------------------------------------------------------------------

PLAN_SAID = "{block} has {size} addresses. Pieces: {pieces}. Subnets among them: {subnets}."
PIECES_HEADER = ("piece", "to", "usable", "subnet", "zone")
FREE = "free"
KEPT = (
    "{block}: {size} addresses. In a subnet {usable} are usable, {first} to {last}. AWS keeps five (SUB-3):"
)
KEPT_HEADER = ("address", "kept for")
KEPT_FOR = (
    "the network itself",
    "the VPC router",
    "DNS",
    "later use by AWS",
    "broadcast, which a VPC does not have",
)
THIS_VPC = "this VPC"
BESIDE_HEADER = ("block", "and", "how they lie")
RELATIONS = {
    "apart": "✔ apart: they can be connected",
    "same": "✖ the same addresses: they can never be peered (PCX-3)",
    "inside": "✖ the first lies inside the second: they can never be peered (PCX-3)",
    "around": "✖ the second lies inside the first: they can never be peered (PCX-3)",
}
BAR_ALT = "The pieces as a bar in proportion to their sizes. {said}"
CODE_HEAD = "The same in code:"
VPC_BLOCK, OTHER_BLOCKS = "VPC block", "Other networks"
OTHER_BLOCKS_LIKE = "dev 10.1.0.0/16, office 192.168.0.0/16"
PIECE, FIRST_PIECE = "Piece", "First piece /"
SPLIT, MERGE = "Split", "Merge with its other half"
SUBNET_NAME, SUBNET_NAME_LIKE, ZONE = "Subnet name", "public-a", "Zone"
MAKE_SUBNET, FREE_IT = "Make it a subnet", "Free it"
CHOOSE_PIECE = "Choose a piece first."

# --- what can go wrong with an id --------------------------------------------------------------------------

NO_SUCH_ID = "there is no exercise or prediction {id}"
NOT_AN_EXERCISE = "{id} is a prediction: use predict and reveal"
NOT_A_PREDICTION = "{id} is an exercise: use check, hint and solution"
NOT_AN_EXPLANATION = "{id} is nothing to explain"
BROKEN_PART = "(this part could not be shown: {message})"

# --- the self-check of the start page ----------------------------------------------------------------------

CHECK_TITLE = "self-check"
CHECK_ALL_READY = "everything is ready"
CHECK_NOT_READY = "something is missing"
CHECK_WHAT, CHECK_STATE, CHECK_WAY = "what", "state", "what to do"
CHECK_READY, CHECK_MISSING = "✔ ready", "✖ missing"
CHECK_PYTHON = "Python 3.11 or newer"
CHECK_PYTHON_ELSE = "Install a newer Python and start lab.py with it."
CHECK_PACKAGES = "JupyterLab, widgets, tables"
CHECK_PACKAGES_ELSE = "{names}: stop JupyterLab and start it with python3 lab.py."
CHECK_DRAWING = "a program that draws"
CHECK_DRAWING_ELSE = "Pictures come as words. Start with python3 lab.py, or install Graphviz."
CHECK_DATA = "the course's data"
CHECK_DATA_ELSE = "Start from a complete copy of the course."
CHECK_PROGRESS = "a place for your progress"
CHECK_PROGRESS_ELSE = "This folder cannot be written: your answers are judged, but not kept."

# --- trouble tickets ---------------------------------------------------------------------------------------

TICKET = "ticket"
TICKET_TITLE = "Ticket {seed}, level {level}"
COMPLAINT_CUSTOMER = "Customers report: “`{dst}` does not answer.”"
COMPLAINT_CUSTOMER_6 = "Customers on IPv6 alone report: “`{dst}` does not answer.”"
COMPLAINT_SITE = "The people in `{src}` report: “We wait for `{dst}`, and nothing comes.”"
COMPLAINT_OUTSIDE = "The log of `{src}` says: “The service at {dst} does not answer.”"
COMPLAINT_INSIDE = "The log of `{src}` says: “No answer from `{dst}`.”"
COMPLAINT_ROW = "That is row {row} of the table."
TICKET_ONE = "The map shows the plan. In the network as it runs, **one thing** is otherwise."
TICKET_MANY = (
    "The map shows the plan. In the network as it runs, **{count} things** are otherwise, and each complaint "
    "has a cause of its own."
)
TICKET_HOW = (
    "- `t.probe(src, dst, traffic)` sends one flow through the network as it runs. Each new flow counts.\n"
    "- `t.diagnose(component, code)` names what is wrong. A wrong one is answered with a probe; if that "
    "is new, "
    "it counts.\n"
    "- `t.fix(function)` runs your function on a fresh copy of the broken network, as `check` does. Whatever "
    "makes all rows hold will do; a change that does not help counts as a probe.\n"
    "- `t.debrief()` shows afterwards what was wrong, and how few probes it takes.\n"
    "- `t.plan` is the plan, to look at and to trace in, for nothing.\n"
    "- `t.controls()` probes and diagnoses by lists to choose from."
)
TICKET_TELLS = (
    "**What a probe tells.** What the sender notices: an answer, or none. Where none comes, also which of "
    "your "
    "machines saw the packet last: an instance, a NAT gateway, a host at your site. A machine sees what it "
    "sends and what its door lets in. Lists, route tables and the other gateways keep no notes, and hosts on "
    "the internet are not yours to ask."
)
TICKET_ROWS_HEADER = ("row", "from", "to", "traffic", "wanted")
TICKET_PLAN = "Routes and rules of the plan"
TICKET_PLAN_HEADER = ("component", "routes or rules")
PLAN_PROPAGATED, PLAN_UNCHECKED = " (propagated)", "source/destination check off"
PLAN_VPN = "from {gateway} to the site {site}; tunnels up: {count}"
TICKET_MAY = "What may have happened, and how to name it"
TICKET_MAY_HEADER = ("what may have happened", "name this, and the code")
TICKET_NEXT = "Ask first where the answers of the suspects differ most."
TOLD, TOLD_SEEN = "{answer}", "{answer}, last seen: {seen}"
PROBE_LAST_SEEN = "last seen"
SEEN_REQUEST, SEEN_ANSWER = "the request, at {name}", "the answer, at {name}"
SEEN_NOWHERE = "on none of your machines"
TICKET_PROBED = "{flow}: {told}."
TICKET_PROBE_NEXT = "Each new flow counts once; asking the same again is free."
TICKET_PROBE_HOW = "Replace every ____ and run this cell again."
OVER_IPV6 = "{traffic} over IPv6"

DIAGNOSE_BLANK = "Name a component and a code, both in quotes, as the ticket's list says."
DIAGNOSE_NO_COMPONENT = "nothing in the plan is called {name}"
DIAGNOSE_NOTHING = (
    "Nothing on the ticket's list makes that component say this code. The codes are: {codes}. This cost "
    "nothing."
)
DIAGNOSE_COMPLAINT = (
    "The complaint speaks against it: with this, everything would work that people complain about. This cost "
    "nothing."
)
DIAGNOSE_SHARED = (
    "This would be behind more than one of the complaints, and each has a cause of its own. This cost "
    "nothing."
)
DIAGNOSE_RIGHT = "{component}, {code}: that is it."
DIAGNOSE_AGAIN = "You have named this one already."
DIAGNOSE_ALIKE = (
    "No probe between the machines of this ticket tells this apart from what it was, so it counts. The "
    "debrief "
    "says more."
)
DIAGNOSE_MORE_ONE, DIAGNOSE_MORE = "One more is to be found.", "{count} more are to be found."
DIAGNOSE_ALL_FOUND = "Now put it right: `t.fix(function)`."
DIAGNOSE_NEXT = "The other complaints still need their causes."
DIAGNOSE_OWN = "Your probe {number} speaks against it: {flow}."
DIAGNOSE_NEW = "Here is the probe that speaks against it, and it counts as your number {number}: {flow}."
DIAGNOSE_WITH = "If you were right: {told}. In fact: {truth}."
DIAGNOSE_THINK = "What have all your probes cleared of suspicion?"

FIX_RAISED = (
    "Your code runs in the plan, but not in the network as it is. That tells you something, so it counts "
    "as a "
    "probe."
)
FIX_PRINTED = "What your function printed is kept back: it could tell what is wrong."
FIX_UNJUDGED = "A row of the table cannot be judged any more: something that it names is gone."
FIX_COUNTS = "A change that does not help counts as a probe, once."
FIX_NEXT = "Change the function and run this cell again, or send another probe."
FIX_DONE = "{sentence} The ticket is closed."
FIX_DONE_NEXT = "What it was, and how few probes it takes: `t.debrief()`."

DEBRIEF = "debrief"
DEBRIEF_EARLY = "The ticket is still open. Put the network right with `t.fix(function)` first."
DEBRIEF_GIVE_UP = "If you want to see it now: `t.debrief(give_up=True)`."
DEBRIEF_WAS = "**What was wrong**"
DEBRIEF_LINE = "- {fault} That is {component}, {code}; {named}."
DEBRIEF_NAMED, DEBRIEF_NOT_NAMED = "you named it", "you did not name it"
DEBRIEF_YOURS, DEBRIEF_BEST = "**Your questions**", "**The shortest line of questioning**"
DEBRIEF_HEADER = ("probe", "who sends what to whom", "what the sender notices", "last seen", "left")
DEBRIEF_START = (
    "Explanations that fit the complaint: {count}. Beside each question stands how many are left after it."
)
DEBRIEF_EXACT = "Every order of questions was tried: none needs fewer on average over these explanations."
DEBRIEF_GREEDY = (
    "Each question is the one that leaves fewest explanations on average. Not every order was tried, so "
    "there "
    "may be a shorter one."
)
DEBRIEF_ALIKE = "**No probe between the machines of this ticket tells these apart from what it was**"
DEBRIEF_SCORE = "You used {used}; the best line takes {best}."
DEBRIEF_FEWER = (
    "You used {used}, fewer than the careful line, which takes {best}: some of it was a lucky guess."
)
DEBRIEF_FIXES = "Changes that did not help are counted in: {count}."
DEBRIEF_TRACES = "**What happened to the packets**"
DEBRIEF_NEXT = "Another one: `ticket({seed}, level={level})`."
PROBE_COUNT_ONE, PROBE_COUNT = "1 probe", "{count} probes"
DESK_SRC, DESK_DST, DESK_TRAFFIC = "Sender", "Receiver", "Traffic"
DESK_COMPONENT, DESK_CODE = "Component", "Code"
DESK_PROBE, DESK_DIAGNOSE = "Send the probe", "Diagnose"
DESK_CHOOSE = "Choose in every list first."
DESK_FIX = "The fix is written in a cell of its own: a function, and `t.fix(function)`."

TICKET_SEED = "a ticket's seed is a whole number from 0 on, such as 7 (got {value})"
TICKET_LEVEL = "a ticket's level is 1, 2 or 3, the number of faults (got {value})"
TICKET_DESIGN = "{value} is no design: give one of {known}, or a Topology and its intent table as a pair"
TICKET_UNSOUND = "a ticket starts from a sound network, and a row of this table does not hold in it: {row}"
TICKET_NO_ROOM = "this network and its table have no room for {level} faults with causes of their own"


class FaultWords(NamedTuple):
    """How a kind of fault is spoken of: what may have happened, what to name, and what it was."""

    may: str
    name: str
    sentence: str


FAULTS = {
    "route missing": FaultWords(
        "a route was taken away", "the route table", "The route table {at} has lost its route for {about}."
    ),
    "one-sided peering": FaultWords(
        "one side of a peering has no route",
        "the route table",
        "The route table {at} has no route for {about}, the other side of the peering.",
    ),
    "blackhole": FaultWords(
        "what a route leads to was deleted",
        "the route table",
        "{about} was deleted, and a route of the route table {at} still leads to it.",
    ),
    "more specific route": FaultWords(
        "a narrower route leads elsewhere",
        "the route table",
        "Somebody added a narrower route to the route table {at}: {about}. The longest prefix wins.",
    ),
    "wrong table": FaultWords(
        "a subnet is served by another route table",
        "the subnet",
        "The subnet {at} is served by the route table {about}.",
    ),
    "propagation off": FaultWords(
        "a table no longer takes the routes of the VPN",
        "the route table",
        "The route table {at} takes no routes from {about} any more: propagation is off.",
    ),
    "NAT gateway in a private subnet": FaultWords(
        "a NAT gateway was made anew in a private subnet",
        "the NAT gateway",
        "The NAT gateway {at} stands in the private subnet {about}, so it has no way out itself.",
    ),
    "gateway detached": FaultWords(
        "a virtual private gateway was detached",
        "the gateway",
        "The virtual private gateway {at} is not attached to the VPC.",
    ),
    "tunnels down": FaultWords(
        "both tunnels of a VPN are down",
        "the VPN connection",
        "Both tunnels of the VPN connection {at} are down.",
    ),
    "peering not accepted": FaultWords(
        "a peering was made anew and waits for acceptance",
        "the peering connection",
        "The peering connection {at} waits for its acceptance.",
    ),
    "no public address": FaultWords(
        "an Elastic IP address was taken from an instance",
        "the instance",
        "The instance {at} has lost its public address {about}.",
    ),
    "source/destination check on": FaultWords(
        "the source/destination check of a NAT instance was left on",
        "the instance",
        "The source/destination check of {at} is on, so it passes nothing on for others.",
    ),
    "instance stopped": FaultWords(
        "an instance was stopped", "the instance", "The instance {at} is stopped."
    ),
    "reference that cannot match": FaultWords(
        "a group's rule names a group that the sender does not carry",
        "the security group",
        "The security group {at} names itself in the place of the sender's group: “{about}” was meant.",
    ),
    "no outbound rule": FaultWords(
        "a group lost its outbound rules",
        "the security group",
        "The security group {at} has no outbound rule.",
    ),
    "rule for the other version": FaultWords(
        "a rule for IPv6 was written for IPv4",
        "the security group",
        "The security group {at} has lost “{about}” to a rule for IPv4, which admits no IPv6 packet.",
    ),
    "ACL in the wrong order": FaultWords(
        "two rules of a network ACL have changed places",
        "the network ACL",
        "The network ACL {at} meets “{about}” before the rule that should admit the packet.",
    ),
    "ACL without ephemeral ports": FaultWords(
        "a network ACL has no rule for the ephemeral ports of replies",
        "the network ACL",
        "The network ACL {at} has lost “{about}”, which let the replies pass.",
    ),
}
FAULT_LEADS = "{block} leads to {target}"

# --- what the room believes: learners' exports merged -------------------------------------------------------

ROOM = "{exports} exports, {items} exercises, predictions and questions"
ROOM_HEADER = ("id", "kind", "tried", "right at first", "right now", "hints", "solution shown")
ROOM_BELIEF = "      {count} of {all} showed {id}: {belief}"
ROOM_BELIEFS = "What the room believes, over everything:"
ROOM_LEFT_OUT = "Left out {name}: {reason}"
ROOM_SAME = "Left out {name}: it is the same as {other}"
ROOM_NO_TEXT = "it is no text in UTF-8"
ROOM_TOO_LARGE = "it is larger than any export"
ROOM_NO_EXPORT = "it is no export of this course; it lacks the columns {columns}"
ROOM_BAD_CELL = "line {number} has no proper value in the column {column}"
ROOM_TWICE = "line {number} has an id that stands there twice"
ROOM_NO_FOLDER = "There is no folder {folder}: name the one with the learners' CSV files."
ROOM_EMPTY = "No export was found in {folder}: learners write one with export_progress()."
ROOM_WRITTEN = "Written as a table for a spreadsheet: {where}"

# --- the learner's copies of the chapters -------------------------------------------------------------------

COPIES = "your chapters"
COPIES_HEADER = ("notebook", "how it stands")
COPIES_NONE = "The chapters here are no copies of the course's: start it with `python3 lab.py`."
COPIES_NOTHING = "There was nothing to renew."
COPIES_REOPEN = "A chapter that is open in a tab shows its new text when you close the tab and open it again."
COPY_MISSING = "not there: it is laid down when you bring your chapters up to date"
COPY_NEWEST = "as in the course"
COPY_OLDER = "older than the course, and not changed by you: it is renewed when you bring them up to date"
COPY_YOURS = "yours: you changed it"
COPY_YOURS_OLDER = "yours: you changed it; the course has a newer one"
DONE = "done"
RENEW = "Bring my chapters up to date"
RENEW_ONE = "Lay this chapter anew"
RENEW_WHICH = "Chapter"
RENEW_CHOOSE = "Type the number of the chapter first, such as 04."
RENEW_KEEPS = (
    "A chapter that you changed is left alone. If you lay one anew, yours is kept as a dated backup in the "
    "folder backups."
)
NOTEBOOK_OLDER = (
    "This notebook is older than the course. Close it, bring your chapters up to date on the start page, and "
    "open it again."
)
NOTEBOOK_YOURS_OLDER = (
    'This notebook is older than the course, and you changed it. On the start page `renew("{number}")` '
    "brings the newer one, and keeps yours as a dated backup."
)
UNKNOWN_OLDER = "{what}. Is this notebook older or newer than the course? `renew()` on the start page tells"

# --- comparison tables -------------------------------------------------------------------------------------

COMPARE_ROW, COMPARE_KEY, COMPARE_CHOICES = "what is compared", "row", "choose, for each column, from"
COMPARE_COLUMNS = "The columns: {columns}."
COMPARE_OPEN = "…"
COMPARE_CHOOSE = "choose"
COMPARE_NOTHING = "Choose in at least one row first."
COMPARE_PRINT = "Save for printing"
COMPARE_MARKS = {True: "✔ holds", False: "✖ look again", None: "○ to fill in"}
COMPARE_REFUTED = "In the row “{row}”, look again at: {columns}. This is what happens:"
COMPARE_EMPTY = "{done} of {all} rows are filled, and what is filled holds. Still open: {rows}."
COMPARE_DONE = "The whole table holds. You can print it."
WRITE_ROWS = (
    "{value} is no table. Write a dict: a row's name, and for each column one letter in brackets. The rows "
    "are {keys}."
)
WRITE_ROW = "{value} is no row of the table. The rows are {keys}."
WRITE_CELLS = (
    "The row {row} needs {count} letters in brackets, each one of {keys}, or None for a cell that you leave "
    "open. You gave {value}."
)
NOT_A_TABLE = "{id} is no comparison table"
PRINTED = (
    "The table was written to `{where}` in the folder of your chapters, with {done} of {all} rows filled. "
    "Open it in a browser and print it."
)
NOT_PRINTED = "The page {where} could not be written: {reason}."

# --- the reachability matrix -------------------------------------------------------------------------------

MATRIX_CAPTION = "Rows send, columns receive."
MATRIX_CORNER = "sender ↓ receiver →"
MATRIX_ALL, MATRIX_ALL_BUT = "all", "all but {ports}"
MATRIX_BUT, MATRIX_SOME, MATRIX_OTHER = "{name} but {ports}", "some {name}", "others"
MATRIX_WORKS, MATRIX_ONE_WAY = "✔ {traffic}", "◐ no answer: {traffic}"
MATRIX_UNKNOWN, MATRIX_NOTHING = "? {traffic}", "✖ none"
MATRIX_GAINED, MATRIX_LOST = "▲ new: {traffic}", "▼ gone: {traffic}"
MATRIX_SAME, MATRIX_SAME_MARK = "= {traffic}", "="
MATRIX_NO_TRAFFIC, MATRIX_NONE = "none", "·"
MATRIX_LEGENDS = {
    False: "✔ gets there and is answered; ◐ gets there, but the answer is stopped; ✖ nothing gets there; "
    "? cannot be told; · is not asked.",
    True: "▲ did not work before and does now; ▼ worked before and does not now; = is as it was; "
    "? cannot be told on both sides; · is not asked.",
}
MATRIX_SAID = "In {works} of {count} cells something gets there and is answered."
MATRIX_CHANGED, MATRIX_UNCHANGED = "{changed} of {count} cells changed.", "None of {count} cells changed."
MATRIX_CHOOSE = "Choose a sender and a receiver: then the trace that explains their cell stands here."
MATRIX_NOT_ASKED = "This cell is not asked about: nothing of yours lies between these two."
MATRIX_TELLS = "{src} → {dst}: {traffic}."
MATRIX_TELLS_BOTH = "{src} → {dst}: before: {was}; now: {now}."
MATRIX_TELLS_ONE_WAY = "The request gets there, but the answer is stopped, of: {traffic}."
MATRIX_TELLS_UNKNOWN = "Some of it cannot be told. {why}"
MATRIX_BEFORE, MATRIX_AFTER = "Before: ", "Now: "
MATRIX_TRACE = "{when}{flow}: {outcome}. {why}"
MATRIX_TRAFFIC, MATRIX_TRAFFIC_LIKE = "Traffic to trace", "such as tcp 22"
MATRIX_SHOW = "Show the trace"
MATRIX_NOBODY = "nobody in this matrix is called {name}"
MATRIX_NETWORK = "the matrix is of a network, such as the one that Topology(...) made (got {value})"
MATRIX_VERSION = "the matrix is of IPv4 or of IPv6: pass ip_version=4 or 6 (got {value})"

# --- the reference -----------------------------------------------------------------------------------------

CONCEPTS = "The words of the course, and how they hang together:"
CONCEPTS_ALT = (
    "{terms} words of the course joined by {links} links: a VPC is divided into subnets, a network interface "
    "sits in one subnet, lists guard both, a route table points at the ways out. The number is the chapter."
)

# --- open connections --------------------------------------------------------------------------------------

LASTS = {"kept": "it goes on", "cut": "it ends at once"}
LASTED = {
    "kept": "**The open connection goes on:** every check lets its packets pass, or remembers it.",
    "cut": "**The open connection ends.** {message}",
}
LATER_NEW = {
    True: "**A new connection is let through.** {message}",
    False: "**A new connection is stopped.** {message}",
}

# --- the NAT comparison -------------------------------------------------------------------------------------

NAT_KIND, NAT_WHERE, NAT_CHECK = "Way out", "Where", "Source/destination check"
NAT_FAILS, NAT_REGION, NAT_SHOW = "What fails", "Prices of", "Show"
NAT_PLACES = {"a": "one, in zone a, for both zones", "ac": "one in each of the zones a and c"}
NAT_ON, NAT_OFF = "on, as a new instance has it", "off"
NAT_NO_FAILURE, NAT_ZONE = "nothing", "Availability Zone {zone}"
NAT_GB, NAT_GB_LIKE = "GB in the month", "such as 100"
NAT_HOURS, NAT_HOURS_LIKE = "Hours", "a month has about 730"
NAT_PRICE, NAT_PRICE_LIKE = "Your instance, USD an hour", "look it up"
NAT_CHOOSE = "Choose first: {missing}."
NAT_IN = {1: "in zone {zones}, for both zones", 2: "in the zones {zones}, each for its own zone"}
NAT_AND = " and "
NAT_SAID_CHECK = {True: ", source/destination check on", False: ", source/destination check off"}
NAT_SAID_FAILS, NAT_SAID_WELL = "Availability Zone {zone} fails.", "nothing fails."
NAT_WAYS_HEADER = ("private subnet", "its way out", "updates", "why")
NAT_KEEPS = {True: "✔ arrive", False: "✖ do not"}
NAT_ARRIVES = "The request arrives and the answer comes back."
NAT_DOWN, NAT_DOWN_BECAUSE = "– down itself", "Its own instances stand in the failed zone."
NAT_MONTH = "The month's bill, in USD:"
NAT_BILL_HEADER = ("what", "how many", "price", "in the month")
NAT_BILL_GATEWAY, NAT_BILL_INSTANCE = "NAT gateway, by the hour", "instance, by the hour"
NAT_BILL_DATA, NAT_BILL_ADDRESS = "what goes through it, by the GB", "public IPv4 address, by the hour"
NAT_BILL_NO_DATA, NAT_BILL_TYPE = "no such price", "type your instance's price"
NAT_BILL_SUM = "sum"
NAT_BILL_MISSING = "Type how many GB go through in the month, and how many hours it has."
NAT_LIMIT = "At these GB and hours both kinds cost the same if an hour of the instance costs {limit} USD."
NAT_SOURCE = (
    "Prices of NAT gateways: {region}, {date}; of addresses: all Regions, {address}. Not in the bill: the "
    "traffic itself, between zones and to the internet; disks; the hours in which you look after instances."
)
NAT_NO_KIND = '{value} is neither "NAT gateway" nor "NAT instance"'
NAT_NO_ZONES = '{value} names no zones of this network: write "a" or "ac"'
NAT_NO_ZONE = '{value} is no zone that can fail here: write "a" or "c"'
NAT_NO_CHECK = '{value} says nothing of the source/destination check: write "on" or "off"'
NAT_NO_AMOUNT = "{value} is no amount: write a number such as 100 or 0.01"
NAT_NO_REGION = "no price of NAT gateways is known for {value}; there are: {regions}"
# --- the flow log reader ------------------------------------------------------------------------------------

LOG_LINES = "flow log"
LOG_ACTIONS = {"": "both", "ACCEPT": "ACCEPT only", "REJECT": "REJECT only"}
LOG_ACTION, LOG_ADDRESS, LOG_PORT, LOG_AT = "Action", "Address or name", "Port", "Written at"
LOG_LINE = "Record"
LOG_ADDRESS_LIKE, LOG_PORT_LIKE, LOG_AT_LIKE = "10.0.1.10 or db", "3306", "db"
LOG_LINE_LIKE = "paste a line of 14 words here"
LOG_NUMBER = "Line"
LOG_READ_IT = "Read this line"
LOG_HEADER = ("", "at", "UTC", "sender", "receiver", "what", "bytes", "action")
LOG_FIELDS_HEADER = ("field", "as it stands", "in words")
LOG_RECORDS_HEADER = ("", "at", "flow log record")
LOG_COUNT = "{shown} of {all} lines fit. Line {number}:"
LOG_NONE_FIT = "None of the {all} lines fits. Empty a field to see more."
LOG_EMPTY = "No interface wrote a line."
LOG_WRONG_PORT = "{value!r} is not a port: write a number from 0 to 65535, such as 3306."
LOG_NO_SUCH_AT = "{value!r} wrote nothing into this log. Written at: {known}."
LOG_NO_LINE = "There is no line to read: paste one flow log record, 14 words in the default format."
LOG_ONE_LINE = "That is more than one record: paste one line."
LOG_WORDS = "A record of this format has {wanted} words, and this line has {count}. The fields are: {fields}."
LOG_UNREADABLE = "This line is no flow log record: {because}."
LOG_WHAT = "{value} is no flow log: give one, or one of its lines as text."
LOG_NO_DAY = "There is no day {name!r} in the shop's logs. There are: {known}."
LOG_SAID = {
    "ACCEPT": "✔ Let pass at {at}: {packets} ({size}) from {src} to {dst}, {what}.",
    "REJECT": "✖ Refused at {at}: {packets} ({size}) from {src} to {dst}, {what}.",
}
LOG_STATUS_SAID = {
    "NODATA": "◌ {at} saw no traffic in this interval.",
    "SKIPDATA": "? {at} saw more than was written: records of this interval were lost.",
}
LOG_PORTS = "{protocol}, port {src} to port {dst}"
LOG_PAIR = "The pair:"
LOG_PAIR_SAID = {
    "both": "request ACCEPT, reply ACCEPT. The groups of {at} and the network ACL of its subnet refused "
    "nothing. What became of the reply further on, the line does not say (FL-7, FL-8).",
    "asked here": "request ACCEPT, and no line of a reply. It left {at}; somebody further on refused it, or "
    "nobody answered. Look at the other end (FL-8).",
    "asked there": "request ACCEPT, and no line of a reply. It was let in, and {at} answered nothing "
    "that a line was written of.",
    "reply only": "a reply ACCEPT, and no line of its request: it may stand in an earlier interval.",
    "request": "request REJECT. By {by}: {why}.",
    "reply": "request {asked}, reply REJECT. By {by}: {why}.",
}
LOG_NO_REQUEST = "not in this log"
LOG_MISSING = "-: not known, or does not apply"
LOG_FIELDS = {
    "version": "the format's version: {name}",
    "account-id": "the AWS account that the interface belongs to",
    "interface-id": "the network interface that wrote this: {name}",
    "srcaddr": "the sender: {name}",
    "dstaddr": "the receiver: {name}",
    "srcport": "the sender's port{side}",
    "dstport": "the receiver's port{side}",
    "protocol": "the protocol's number: {name}",
    "packets": "how many packets in this interval",
    "bytes": "how many bytes in this interval: {name}",
    "start": "when the first packet was seen: {name}",
    "end": "when the last packet was seen: {name}",
    "action": "what the lists said: {name}",
    "log-status": "how the writing went: {name}",
    "vpc-id": "the VPC of the interface",
    "subnet-id": "the subnet of the interface",
    "instance-id": "the instance that has the interface",
    "tcp-flags": "what TCP said in these packets: {name}",
    "type": "IPv4, IPv6 or EFA",
    "pkt-srcaddr": "the sender on the packet itself: {name}",
    "pkt-dstaddr": "the receiver on the packet itself: {name}",
    "flow-direction": "ingress came to the interface, egress left it",
    "traffic-path": "the way that leaving traffic takes",
    "reject-reason": "why it was refused, where AWS tells",
}
LOG_OTHER_FIELD = "a field of a custom format"
LOG_ACTION_WORDS = {
    "ACCEPT": "groups and network ACL let it pass",
    "REJECT": "one of them refused it, or it came after the connection's end",
}
LOG_VERSIONS = ("the default format", "a custom format")
LOG_STRANGER = "none of this network's addresses"
LOG_STATUS_WORDS = {
    "OK": "as usual",
    "NODATA": "there was no traffic",
    "SKIPDATA": "lines were lost",
}
LOG_FLAGS = {1: "FIN (end)", 2: "SYN (asks to connect)", 4: "RST (breaks off)", 16: "ACK (answers)"}
LOG_NO_FLAGS = "nothing special"
LOG_NO_PORTS = ": none, {protocol} has no ports"
LOG_EPHEMERAL = ": probably ephemeral"
LOG_SERVICE = ": probably the service's"


# --- the concept test --------------------------------------------------------------------------------------

CONCEPT_TEST = "concept test"
CONCEPT_STILL = (
    'Run the next cell to answer. Without controls: `concept_test("{chapter}", ["a", "?", ...])`, '
    "ten letters."
)
DO_NOT_KNOW = "I do not know yet"
HAND_IN, HANDED_IN = "Hand in", "handed in"
CONCEPT_OPEN = "Still open: {numbers}. Where you do not know, say so: that is an answer, too."
CONCEPT_BEFORE = (
    "Your answers are kept. What was right you find out in the chapters; chapter 14 asks again, in other "
    "words, and shows what you gained."
)
CONCEPT_AFTER = "{right} of {count} are right."
CONCEPT_HEADER = ("topic", "you said", "so it is")
RIGHT, NOT_YET_RIGHT, NOT_ASKED = "✔ right", "✖ not right", "· not asked"
SEE_CHAPTER = "✖ not right: chapter {chapter} shows why"
WRITE_LETTERS = (
    '{value} is no list of answers. Write {count} letters in a list, "?" for what you do not know.'
)
NO_CONCEPT_TEST = "chapter {chapter} has no concept test"
GAIN, GAIN_HEADER = "gain", ("topic", "before", "now", "gain", "chapter")
GAIN_SCORE = "Before the first chapter {before} of {count} were right, now {now}."
GAIN_MISSING = "The gain shows once both tests are handed in: in chapter 00 and in chapter 14."
GAINS = {
    (False, True): "▲ gained",
    (True, True): "✔ kept",
    (False, False): "○ worth another look",
    (True, False): "▼ lost: look again",
}


# --- the book of ports -------------------------------------------------------------------------------------

PORTS_HEADER = ("port", "short name", "full name", "transport", "used for", "encrypted")
PORTS_SAID = {"yes": "yes", "no": "not by itself", "can be": "can be"}
PORTS_ALL = "All {count} services of the table."
PORTS_SOME = "{count} of {all} services{which}."
PORTS_ONE = "One of {all} services{which}."
PORTS_WHICH = {None: "", True: ", always encrypted", False: ", not always encrypted"}
PORTS_NONE = "No service of the table fits “{what}”. Try a number, a name (mysql) or a use (mail)."
PORTS_NONE_LEFT = "What fits “{what}” is not among those that you chose by encryption."
PORTS_UNKNOWN = "No service of the table has port {number}, which is a {band} one (PORT-3)."
PORTS_PICKED = "Some clients pick their ephemeral ports from 1024 on, so it may be one of those (ACL-11)."
PORTS_FILTERED = "Port {number} stands in the table, but not among those that you chose by encryption."
PORTS_BANDS = ("well-known", "registered", "dynamic")
PORTS_OTHER = "Port {number} is in the table for {name}, which does not go by {typed}, but by {transport}."
PORTS_SOURCES = "Sources: {sources}."
PORTS_WHAT = '{value} is nothing to look up: write a port such as 443, or words in quotes such as "mysql"'
PORTS_ENCRYPTED = "encrypted is True, False or left out, and not {value}"
PORTS_RANGE = "{value} is no port: ports run from 0 to 65535"
PORTS_FIELD, PORTS_LIKE = "Port, name or use", "443 or mysql or mail"
PORTS_CHOICE = "Encrypted"
PORTS_CHOICES = {None: "all", True: "always", False: "not always"}


# --- proof and attack --------------------------------------------------------------------------------------

PROOF = "intent table"
PROOF_COUNT = "Of {count} rows {right} hold."
PROOF_FAIL = {0: "", 1: "1 fails.", 2: "{count} fail."}
PROOF_WAIT = {0: "", 1: "1 waits for what is not built yet.", 2: "{count} wait for what is not built yet."}
PROOF_HEADER = ("row", "because")
PROOF_OPEN = "What fails or waits:"
PROOF_ALL = "All rows"
ROW_MARKS = {True: "✔", False: "✖", None: "○"}
NO_IPV6_TO_WRITE_TO = "There is no IPv6 address that anybody could write to."
NOT_ASKED_FOR = "All rows hold, and still something gets through that no sentence of the brief asks for."
ATTACK = "attacker's checklist"
ATTACK_NOTHING = "Nothing found. That says: nothing of what this list asks."
ATTACK_ONE, ATTACK_MANY = "1 thing found.", "{count} things found."
CHECKLIST_HEADER = ("asked of every machine", "IPv4", "IPv6")
CHECKLIST = {
    "databases": "Does a stranger reach a database (1433, 1521, 3306, 5432, 5439)?",
    "logins": "Can a stranger log in (22, 23, 3389)?",
    "others": "Does a stranger reach anything else than web pages (80, 443)?",
    "joined": "Does anything join two VPCs, or get from one into another?",
    "one_step": "Is it one step from a machine that strangers reach to a database?",
    "way_out": "Does a database send anything to the internet, through NAT or otherwise?",
    "one_rule": "Is a database in a public subnet, or has it a public address?",
    "wide_open": "Does every port stand open between two machines?",
}
FOUND_MARKS = {True: "✖\N{NO-BREAK SPACE}{count}", False: "✔\N{NO-BREAK SPACE}none"}
FOUND_MORE = "{count} more"
FOUND_HEADER = ("no", "found")
FOUND_IPV6 = " over IPv6"
FOUND_PUBLIC_SUBNET = "the subnet {subnet} is public"
FOUND_PUBLIC_ADDRESS = "it has the public address {address}"
FOUND_AND = ", and "
FOUND_JOINS = "it joins {names}"
FOUND_AND_NAMES = " and "
FOUND_PROOF = "The trace that proves a line: `attack(...).trace(1)`, with its number."
NOT_FOUND = "{number} is no line of what was found; there are {count}"
FOUND_BY_SETTING = "line {number} is about a setting: no packet proves it"
