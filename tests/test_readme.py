"""What the README says is so: its chapters with their minutes, its picture, the files it names."""

import re
from pathlib import Path

import pytest

from vpclab import data_path, draw, internet, load_aws, tcp, trace
from vpclab.render import engine

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_chapters_and_their_minutes_are_those_of_the_sources() -> None:
    told = {row[0]: (row[1], row[2]) for row in re.findall(r"^\| (\d\d) \| (.+?) \| (\d+) \|$", README, re.M)}
    built = {}
    for path in sorted((ROOT / "notebooks" / "source").glob("[01]*.md")):  # 99 is the reference
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^# (\d\d) (.+)$", text, re.M)
        minutes = re.search(r"^Time: (\d+) minutes", text, re.M)
        assert title
        assert minutes
        built[title[1]] = (title[2], minutes[1])
    assert told == built


def test_the_picture_is_what_the_package_draws_today() -> None:
    figure = draw(trace(load_aws(data_path("topologies/web-shop")), internet, "web", tcp(443)))
    if figure.engine != engine.PROGRAMS[0]:
        pytest.skip("graphviz-pure did not draw here, so pictures do not compare")
    assert (ROOT / "data" / "pictures" / "web-shop.svg").read_text(
        encoding="utf-8"
    ).strip() == figure.svg.strip()


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`((?:vpclab|tests|benchmarks|notebooks|data)/[\w/.]*)`", README)))
)
def test_every_file_the_readme_names_is_there(name: str) -> None:
    if "NN" not in name:
        assert (ROOT / name).exists()
