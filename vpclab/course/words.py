"""Every sentence of this package that a learner reads, in one place, so that a translation has one file.

What a chapter says stands in its declarations (`chapters/cNN.py`) and its lesson, and what a quiz says in
`data/quizzes/`. Fields in braces are filled in where the sentence is used.
"""

from __future__ import annotations

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
WRITE_PAIRS = "{value} does not pair every item. Write a dict with exactly these keys: {items}."
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
NOTHING_CHANGED = (
    "Your function left the network as it was. It gets a network of its own: change what stands in its "
    "brackets, not the notebook's variables."
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
ORDER_FIRST = "The very first one does not stand right."
PAIRS_RIGHT = "{right} of {count} pairs are right."
DIAGNOSIS_NOT_THERE = "{component} stops nothing on this way. What does stop the packet is said by its trace."
DIAGNOSIS_CODE = "{component} does stop it, but not for the reason that {code} names."
STEP_REFUTED = "“{value}” is not what this hop does with the packet."
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
}
WHERE_TO_TYPE = "Type your answer in the cell that holds:"
PREDICTION = "prediction"
EXERCISE = "exercise"
STEP_NEXT = 'Which component comes next? If the packet goes no further, write "stops here".'
STEP_PASSES = "Does it pass, or stop there?"
STEP_SOURCE = "With which source address does it leave?"
STEP_DESTINATION = "With which destination address does it leave?"
STEP_FLOW = "The flow: {flow}."
PASSES, STOPS, STOPS_HERE = "passes", "stops", "stops here"

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
AS_PREDICTED = "That is what happens."
NOT_AS_PREDICTED = "Something else happens."
CHOOSE_ONE = "Choose one answer first."
CHOICES_ARE = "The choices:"

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
PRICES = "prices"
PRICES_HEADER = ("what", "price", "where", "as of")

# --- recall ------------------------------------------------------------------------------------------------

RECALL = "recall"
RECALL_TITLE = "Three questions from earlier chapters"
RECALL_STILL = "Run the cell below to answer them."
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
PROGRESS_TITLE = "Your way so far"
CHAPTER, EXERCISES, PREDICTIONS, HINTS, QUESTIONS = (
    "chapter",
    "exercises",
    "predictions",
    "hints",
    "recall questions",
)
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
STEPPER = "packet stepper"
STILL_NEXT = "Run the cell below to step through it."

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
