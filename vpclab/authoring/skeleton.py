"""The text that a new chapter begins with: the sections every chapter has, in order."""

from __future__ import annotations

_CHAPTER = """\
# {number} {title}

Time: 57 minutes. You need: what the recall below asks for. You will be able to: ...

```{{code-cell}}
from vpclab.course import ____, check, explain, predict, probe, recall, reveal, show, stepper, terms
```

## Recall (3 min)

Three questions from earlier chapters.

```{{code-cell}}
show("{number}-recall")
```

```{{code-cell}}
:tags: [widget]
recall("{number}")
```

+++ {{"tags": ["notes"]}}

What to say, what learners ask here, what to skip in a short workshop.

+++

## Puzzle (4 min)

A picture and a prediction; nothing is explained yet.

```{{code-cell}}
show("{number}-p1")
```

```{{code-cell}}
:tags: [prediction:{number}-p1]
predict("{number}-p1", ____)
```

```{{code-cell}}
reveal("{number}-p1")
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

```{{code-cell}}
show("{number}-ticket")
```

```{{code-cell}}
:tags: [learner]
probe("{number}-ticket", ____, ____, ____)
```

```{{code-cell}}
:tags: [exercise:{number}-ticket]
def mend(shop):
    ____


check("{number}-ticket", mend)
```

## Explain (2 min)

```{{code-cell}}
show("{number}-why")
```

```{{code-cell}}
:tags: [explanation:{number}-why]
explain("{number}-why", ____)
```

## Key points (3 min)

```{{code-cell}}
terms("{number}")
```

### In the console, in the AWS CLI, in a flow log

### What this model leaves out

## More practice
"""


def skeleton(number: str, name: str) -> str:
    """Return the source of an empty chapter.

    >>> skeleton("05", "nat_out_not_in").splitlines()[0]
    '# 05 Nat out not in'
    """
    return _CHAPTER.format(number=number, title=name.replace("_", " ").capitalize())
