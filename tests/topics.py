"""What the course plans for each chapter: misconceptions to train, topics that are not left to prose.

A topic names what draws, predicts, traces or computes it: ids of exercises and predictions, or calls.
"""

TRAINED = {
    "01": "M43 M44",
    "02": "M24 M25 M26 M27 IMP-a",
    "03": "M12 M19 M22 M45 IMP-l IMP-m",
    "04": "M11 M13 M14 M28 M42 IMP-b",
    "05": "M15 M16 M17 M18 M20 M38 M39 M41 M46 IMP-h IMP-i IMP-n",
    "06": "M21 IMP-g IMP-r",
    "07": "M01 M02 M23 M24 M40",
    "08": "M04 M34 IMP-e IMP-q",
    "09": "M05 M06 M07 M29 M30 M31 M32 IMP-c IMP-l IMP-p",
    "10": "M03 M08 M09 M10 M33 IMP-d",
    "11": "M36 M37 IMP-f IMP-k IMP-o",
    "12": "M35 IMP-j",
}

TOPICS: dict[str, dict[str, str]] = {}
