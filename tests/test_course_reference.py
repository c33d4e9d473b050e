"""What lessons look up: words, prices, the kinds of subnets and why."""

import json
import re
from pathlib import Path

import pytest

from vpclab import Topology
from vpclab.course import concept_map, fact, misconceptions, price, reference, subnets, terms, words
from vpclab.course.declarations import misconceptions as known
from vpclab.course.reference import glossary, training
from vpclab.data import data_path
from vpclab.topology.errors import NotFound


def test_a_glossary_entry_has_a_sentence_a_chapter_and_facts():
    assert len({entry["term"] for entry in glossary()}) == len(glossary())
    for entry in glossary():
        assert set(entry) == {"term", "meaning", "chapter", "facts"}
        assert entry["meaning"].endswith(".")
        assert entry["facts"]


@pytest.mark.parametrize("chapter", sorted({entry["chapter"] for entry in glossary()} - {"01", "02", "03"}))
def test_a_chapter_brings_at_most_seven_words(chapter):
    assert sum(entry["chapter"] == chapter for entry in glossary()) <= 7


def test_the_words_of_a_chapter_stand_in_a_table_open_or_folded():
    assert "public subnet" in str(terms("04"))
    assert "<details>" not in terms("04").html()
    folded = terms("02", "03", folded=True)
    assert "<details><summary>" in folded.html()
    assert "route table" in str(folded)
    with pytest.raises(NotFound):
        terms("99")


def test_without_chapters_every_word_stands_once_in_the_order_of_the_alphabet():
    rows = [line.strip("| ").split(" | ") for line in str(terms()).splitlines() if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == sorted((e["term"] for e in glossary()), key=str.casefold)
    assert all(re.fullmatch(r"\d\d", row[-1]) for row in rows)
    assert '<a href="04_public_and_private_subnets.ipynb"' in terms().html()


def test_the_words_of_a_chapter_lead_to_all_words():
    assert '<a href="99_reference.ipynb"' in terms("04").html()


def test_each_belief_leads_to_what_puts_it_to_the_test():
    table = misconceptions()
    rows = [line.strip("| ").split(" | ") for line in str(table).splitlines() if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == list(known())
    found = next(row for row in rows if row[0] == "M13")
    assert found[-1].split(", ") == list(training()["M13"])
    assert "04-public" in training()["M13"]
    assert '<a href="04_public_and_private_subnets.ipynb"' in table.html()


def test_the_map_of_the_concepts_holds_words_of_the_glossary_each_once_and_joined():
    found = json.loads(data_path("concepts.json").read_text(encoding="utf-8"))
    terms_there = [term for group in found["groups"] for term in group["terms"]]
    assert set(terms_there) <= {entry["term"] for entry in glossary()}
    assert len(terms_there) == len(set(terms_there))
    assert {end for tail, _, head in found["links"] for end in (tail, head)} == set(terms_there)
    figure = concept_map()
    assert all(f"{tail} {verb} {head}" in figure.outline for tail, verb, head in found["links"])
    assert figure.alt in figure.html


def test_every_price_has_a_region_a_date_and_a_source():
    for entry in reference.prices().values():
        assert all(entry[key] for key in ("id", "fact", "item", "price", "region", "date", "source"))
    shown = str(price("public-ipv4"))
    assert "all Regions" in shown
    assert "2024-02-01" in shown
    with pytest.raises(NotFound, match="public-ipv4"):
        price("public-ipv9")


def test_a_price_is_typed_once_and_its_text_is_made_from_its_numbers():
    entries = json.loads(data_path("prices.json").read_text(encoding="utf-8"))
    assert all(("price" in entry) != ("usd" in entry) for entry in entries)
    assert reference.prices()["public-ipv4"]["price"] == "0.005 USD per hour"
    assert reference.prices()["nat-gateway-tokyo"]["price"] == "0.062 USD per hour and 0.062 USD per GB"
    assert "nothing" in str(price("free-gateways"))
    assert str(price("public-ipv4", "public-ipv4")).count("free tier") == 1


def build(*routes: str, ipv6: bool = False, detached: bool = False) -> Topology:
    network = Topology("n")
    vpc = network.vpc("v", "10.0.0.0/16", ipv6=ipv6 or None)
    subnet = vpc.subnet("s", "10.0.0.0/24", ipv6=ipv6 or None)
    targets = {"igw": vpc.internet_gateway("igw")}
    if "nat" in str(routes):
        outside = vpc.subnet("outside", "10.0.1.0/24")
        outside.route("0.0.0.0/0", to=targets["igw"])
        targets["nat"] = outside.nat_gateway("nat")
    if "vgw" in str(routes):
        targets["vgw"] = vpc.virtual_private_gateway("vgw")
    table = vpc.route_table("t", subnets=[subnet])
    for text in routes:
        destination, target = text.split()
        table.route(destination, to=targets[target])
    if detached:
        targets["igw"].detach()
    return network


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (build(), "s  10.0.0.0/24  ■ isolated  route table t: local routes only"),
        (build("0.0.0.0/0 igw"), "s  10.0.0.0/24  ○ public  route table t: 0.0.0.0/0 → igw"),
        (build("203.0.113.0/24 igw"), "s  10.0.0.0/24  ○ public  route table t: 203.0.113.0/24 → igw"),
        (build("0.0.0.0/0 nat"), "s  10.0.0.0/24  ■ private  route table t: 0.0.0.0/0 → nat"),
        (build("192.168.0.0/16 vgw"), "s  10.0.0.0/24  ■ VPN-only  route table t: 192.168.0.0/16 → vgw"),
        (
            build("0.0.0.0/0 igw", detached=True),
            "s  10.0.0.0/24  ■ private  route table t: 0.0.0.0/0 → igw (not attached)",
        ),
        (
            build("0.0.0.0/0 igw", ipv6=True),
            "s  2001:db8:0:100::/64  ■ isolated  route table t: local routes only",
        ),
    ],
    ids=["local only", "to the internet gateway", "to it for a part of the internet", "to a NAT gateway",
         "to a virtual private gateway", "to a gateway that is not attached", "for the other family"],
)  # fmt: skip
def test_the_kind_of_a_subnet_follows_from_its_routes(network, said):
    lines = [" ".join(line.split()) for line in str(subnets(network)).splitlines()]
    assert " ".join(said.split()) in lines


CODES = re.compile(r"\b[A-Z]{2,5}-\d+[a-z]?\b")
PACKAGE = Path(reference.__file__).parents[1]


def test_every_code_that_a_learner_can_read_can_be_looked_up():
    """Sentences, comments and docstrings of the package, the glossary, and what the lessons say."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))]
    texts += [
        data_path(f"{name}.json").read_text(encoding="utf-8") for name in ("glossary", "misconceptions")
    ]
    lessons = (PACKAGE.parent / "notebooks" / "source").glob("*.md")
    texts += [path.read_text(encoding="utf-8") for path in lessons]
    known = json.loads(data_path("facts.json").read_text(encoding="utf-8"))
    codes = {code for text in texts for code in CODES.findall(text)} - {"UTF-8", "UTF-16", "RA-11"}
    assert sorted(codes - set(known)) == []


def test_every_fact_has_words_a_basis_and_where_aws_says_it():
    for code, entry in json.loads(data_path("facts.json").read_text(encoding="utf-8")).items():
        assert set(entry) == {"fact", "basis", "source"}, code
        assert entry["fact"].strip(), code
        assert entry["basis"] in words.FACT_BASIS, code
        assert all(source.startswith("https://") for source in entry["source"]), code


@pytest.mark.parametrize("code", ["IGW-5", "igw-5", "(IGW-5)", " IGW-5 "])
def test_a_fact_is_found_however_its_code_is_typed(code):
    assert "dropped" in str(fact(code))


@pytest.mark.parametrize(("code", "said"), [("IGW-99", "IGW-5"), ("X-1", "IGW"), (3, "IGW"), ("", "IGW")])
def test_an_unknown_code_names_those_there_are(code, said):
    with pytest.raises(NotFound, match=said):
        fact(code)
