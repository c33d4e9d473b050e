"""What lesson writers use: one source per chapter becomes the learner's, solved and instructor's notebooks.

You edit `notebooks/source/NN_name.md`, in Markdown with fences for code, and nothing else by hand::

    python -m vpclab.authoring new 05 nat_out_but_not_in   # a chapter with its sections
    python -m vpclab.authoring build 05                    # execute and write notebooks/05_*.ipynb,
                                                           # solutions/05_*.ipynb, instructor/05_*.ipynb
    python -m vpclab.authoring check                       # fast, starts no kernel; part of the tests

Commit the source and the three notebooks together. Every finding is `file:line: sentence`.

**Text and code**

    # 05 NAT: out, but not in

    Time: 57 minutes.

    ## Recall (3 min)

    ```{code-cell}
    trace(shop, app, internet, tcp(443))
    ```

A `##` heading begins a cell of its own; elsewhere `+++` on a line begins a new Markdown cell. Front matter is
allowed and ignored. The minutes of the sections add up to the minutes in the header; a section without
`(N min)` is outside them. Code that holds three backquotes gets a fence of four.

**Tags** stand under a code fence (`:tags: [widget]`) or after `+++` for Markdown (`+++ {"tags": ["notes"]}`).
A tag holds for its one cell; tagged Markdown ends at the next fence or `+++`, not at a heading (so end notes
with `+++`).

| tag | the cell |
| --- | --- |
| (none) | is in all three editions |
| `learner` | is only in the learner's edition; a blank in it, as in `probe("05-x", ____)`, is never filled |
| `solution` | is only in the solved and the instructor's edition |
| `notes` | is Markdown for the instructor's edition only: a quote with a label, speaker notes in slides |
| `exercise:05-first` | holds the blank of this exercise and its `check` call, see below |
| `prediction:05-p1` | holds the blank of this prediction: `predict("05-p1", ____)`; for learners a widget |
| `explanation:05-why` | holds the blank of `explain("05-why", ____)`; for learners a widget |
| `widget` | shows a control or depends on chance: it ships unrun, beside a static companion |
| `companion` | is that static picture or text, right before or after; a cell with `show(...)` needs no tag |
| `raises-exception` | raises on purpose |
| `worked` | shows on purpose code that a solution of this chapter repeats; no leak |
| `slide` `subslide` `fragment` `skip` | has this part in the instructor's slides |

Untagged, a cell that begins with `#` or `##` begins a slide; one that begins with `###`, or with `show`,
`reveal`, `stepper`, `comparison` or `probe` and does not stand right below a short heading cell, begins a
subslide; others go on with it.

**Exercises, predictions and explanations** are declared once, in `vpclab/course/chapters/cNN.py`, solutions
too. The lesson shows one by id and gives the answer a cell::

    ```{code-cell}
    show("05-first")
    ```

    ```{code-cell}
    :tags: [exercise:05-first]
    answer = ____
    check("05-first", answer)
    ```

The solved and the instructor's edition fill the cell with the declared solution: a value takes the place of
the one blank; a function takes the place of everything above the `check` call, so keep preparations in a cell
before. Never write a solution into the source. An id has one answer cell in the whole course.

What there is to say once the answer is known is the prediction's `after`, in Markdown: `reveal` shows it
below the trace. Text right below a reveal could be read before, so it begins with a heading or is refused.

**What a build promises.** The same source gives the same bytes: cell ids come from the chapter's number and
the cell's place (or the exercise's id), and nothing of this machine is kept: a traceback is cut to its
message. Each edition runs from top to bottom in its own folder with an empty progress folder
(`VPCLAB_PROGRESS_DIR`). An error, anything on stderr, a memory address, an untagged control, or a line of a
solution in the learner's edition stops the build of that edition, and the old file stays.
"""

from vpclab.authoring.build import build, check
from vpclab.authoring.source import Cell, Chapter, Finding, read

__all__ = ["Cell", "Chapter", "Finding", "build", "check", "read"]
