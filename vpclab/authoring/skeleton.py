"""The text that a new chapter begins with: the sections every chapter has, in order."""

from __future__ import annotations

_CHAPTER = """\
# {number} {title}

Time: 57 minutes. You need: what the recall below asks for. You will be able to: ...

```{{code-cell}}
from vpclab.course import ____, check, predict, show
```

## Recall (3 min)

Three questions from earlier chapters.

+++ {{"tags": ["notes"]}}

What to say, what learners ask here, what to skip in a short workshop.

## Puzzle (4 min)

A picture and a prediction; nothing is explained yet.

```{{code-cell}}
show("{number}-p1")
```

```{{code-cell}}
:tags: [prediction:{number}-p1]
predict("{number}-p1", ____)
```

## Worked trace (8 min)

## Faded examples (8 min)

## Change it (6 min)

## Exercises (15 min)

### What this exercise asks

```{{code-cell}}
show("{number}-first")
```

```{{code-cell}}
:tags: [exercise:{number}-first]
answer = ____
check("{number}-first", answer)
```

## Break and fix (8 min)

## Explain (2 min)

## Key points (3 min)

### What this model leaves out

## More practice
"""


def skeleton(number: str, name: str) -> str:
    """Return the source of an empty chapter.

    >>> skeleton("05", "nat_out_not_in").splitlines()[0]
    '# 05 Nat out not in'
    """
    return _CHAPTER.format(number=number, title=name.replace("_", " ").capitalize())
