"""GS1's conformance text for resolvers, point by point, against a node.

`node/RESOLVER.md` has a row for each point, with the test's name. The text
itself is not part of this project: where it is there, its points are counted.
"""

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from provenance_node.resolver.description import CONTEXT_PATH, DESCRIPTION_PATH
from starlette.testclient import TestClient

from provenance.gs1.identifier import KEYS
from provenance.label.label import read_label
from tests.support.node_world import one_process
from tests.support.resolver_world import (
    BASE,
    BROWSER,
    GTIN,
    ODD_UNIT,
    PALLET,
    UNIT,
    grown_world,
    links_of,
    resolving,
)
from tests.support.vectors_of import shared

ROOT = pathlib.Path(__file__).resolve().parents[3]
TABLE = ROOT / "node" / "RESOLVER.md"

VOCABULARY = "https://ref.gs1.org/voc/"
PATH = f"/01/{GTIN}/10/L7/21/00042"
LINKSET = {"accept": "application/linkset+json"}

# What IANA lists, of the types that links here may name.
IANA = {"text/html", "application/json", "application/ld+json"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    world = grown_world(tmp_path_factory.mktemp("resolver"))
    with resolving(world) as client:
        yield client


def linkset(
    node: TestClient, path: str = PATH
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    answer = node.get(f"{path}?linkType=linkset")
    assert answer.status_code == 200
    return links_of(answer.content)


def all_links(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        link
        for kinds in found.values()
        for links in kinds.values()
        for link in links
    ]


def rows_of_the_table() -> list[tuple[int, list[str]]]:
    """Return each point's number with the tests that the table names."""
    rows = re.findall(
        r"^\| *([0-9]+) *\|(.*)\|$", TABLE.read_text("utf-8"), re.MULTILINE
    )
    return [
        (int(number), re.findall(r"`(test_[a-z0-9_]+)`", rest))
        for number, rest in rows
    ]


# The table and the text.


def test_the_table_has_a_row_and_a_test_for_every_point_of_the_text() -> None:
    text = (
        shared("resolver-conformance") / "ConformantResolver1_0.txt"
    ).read_text(encoding="utf-8")
    points = [
        line
        for line in text.splitlines()
        if re.search("SHALL|SHOULD|MAY|should", line)
    ]
    assert [number for number, _ in rows_of_the_table()] == list(
        range(1, len(points) + 1)
    )


def test_every_test_that_the_table_names_is_here() -> None:
    for number, names in rows_of_the_table():
        assert names, number
        for name in names:
            assert callable(globals().get(name)), name


# The points.


@pytest.mark.parametrize(
    "path",
    [
        "/00/095060001343520000",
        f"/01/{GTIN}/22/V/10/L7/21/S",
        f"/01/{GTIN}/235/T",
        "/253/9506000134352S",
        "/255/95060001343521",
        "/401/9506000X",
        "/402/95060001343520004",
        "/414/9506000134376/254/A",
        "/414/9506000134376/7040/1ABC",
        "/415/9506000134376/8020/REF",
        "/417/9506000134376/7040/1ABC",
        "/8003/09506000134352S",
        "/8004/9506000X/7040/1ABC",
        f"/8006/{GTIN}0102/22/V/10/L7/21/S",
        "/8010/9506000-1/8011/7",
        "/8017/950600013435200006/8019/1",
        "/8018/950600013435200006/8019/1",
    ],
)
def test_every_key_with_every_qualifier_is_resolved(
    node: TestClient, path: str
) -> None:
    answer = node.get(path)
    if answer.status_code == 400:
        # Check digits are the point of other tests.
        said = re.search(r"give ([0-9])", answer.json()["detail"])
        assert said, answer.json()["detail"]
        key, value = path.split("/")[1:3]
        size = KEYS[key].checked
        fixed = f"{value[: size - 1]}{said[1]}{value[size:]}"
        answer = node.get(path.replace(value, fixed))
    assert answer.status_code == 307, answer.text
    assert answer.headers["location"].startswith(f"{BASE}/?item=")


def test_get_head_and_options_are_answered(node: TestClient) -> None:
    got, head = node.get(PATH), node.head(PATH)
    assert got.status_code == head.status_code == 307
    assert got.headers["location"] == head.headers["location"]
    plain = {**LINKSET, "accept-encoding": "identity"}
    listed, head = node.get(PATH, headers=plain), node.head(PATH, headers=plain)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(listed.content))
    for path in (PATH, DESCRIPTION_PATH, CONTEXT_PATH, "/ARFKk4XBoA"):
        options = node.options(path)
        assert options.status_code == 204
        assert options.headers["allow"] == "GET, HEAD, OPTIONS"
    assert node.post(PATH).status_code == 405
    assert "GET, HEAD, OPTIONS" in got.headers["access-control-allow-methods"]


def test_every_address_it_gives_is_encrypted(node: TestClient) -> None:
    # TLS itself is the reverse proxy's, before the node.
    answer = node.get(PATH, headers=LINKSET)
    assert "strict-transport-security" in answer.headers
    assert "http://" not in answer.headers["link"].replace(
        "http://www.w3.org/ns/json-ld#context", ""
    )
    for link in all_links(linkset(node)):
        assert link["href"].startswith(f"{BASE}/")


def test_any_web_page_may_ask(node: TestClient) -> None:
    origin = {"origin": "https://shop.example"}
    for answer in (
        node.get(PATH, headers=origin),
        node.get(PATH, headers=origin | LINKSET),
        node.get("/01/09506000134353", headers=origin),
        node.options(PATH, headers=origin),
        node.options(
            PATH, headers=origin | {"access-control-request-method": "GET"}
        ),
    ):
        # Once: twice would be refused by browsers.
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    exposed = node.get(PATH, headers=origin).headers[
        "access-control-expose-headers"
    ]
    assert {"Link", "Location"} <= {name.strip() for name in exposed.split(",")}


@pytest.mark.parametrize(
    "path",
    [
        "/01/09506000134353",
        "/01/",
        f"{PATH}/foo",
        f"/01/{GTIN}/foo",
        f"/01/{GTIN}/21/1/10/L7",
        f"/01/{GTIN}/254/1",
        f"/01/{GTIN}/21/%00",
        f"/01/{GTIN}/01/{GTIN}",
        f"/01/{GTIN}?10=L7",
        f"/01/{GTIN}?17=271332",
        "/00/095060001343520001",
    ],
)
def test_what_is_not_valid_is_answered_with_400(
    node: TestClient, path: str
) -> None:
    answer = node.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 400
    answer = node.get(path, headers=BROWSER)
    assert answer.status_code == 400
    assert "此代码无效" in answer.text


def test_no_error_is_answered_with_200(node: TestClient) -> None:
    for headers in ({}, BROWSER, LINKSET):
        for path, status in (
            ("/01/09506000134353", 400),
            ("/01/04012345111118", 404),
            (f"{PATH}?linkType=gs1:nosuchlt", 404),
            ("/not-compressed-at-all", 404),
        ):
            assert node.get(path, headers=headers).status_code == status, path


def test_what_was_compressed_is_resolved(node: TestClient) -> None:
    for path in ("/CxFKk4XBoI1XgkZCCgAq", f"/01/{GTIN}/EEarwSMXQjfyEFABU"):
        answer = node.get(path)
        assert answer.status_code == 307
        assert answer.headers["location"].endswith("%2F21%2F00042")


def test_what_was_compressed_is_not_sent_to_itself_uncompressed(
    node: TestClient,
) -> None:
    location = node.get("/CxFKk4XBoI1XgkZCCgAq").headers["location"]
    assert location.startswith(f"{BASE}/?item=")


def test_what_was_compressed_is_told_the_plain_link(node: TestClient) -> None:
    for headers in ({}, LINKSET):
        answer = node.get("/CxFKk4XBoI1XgkZCCgAq", headers=headers)
        assert (
            f'<{BASE}/01/{GTIN}/10/ABC123/21/00042>; rel="owl:sameAs"'
            in answer.headers["link"]
        )


def test_nothing_is_sent_to_another_resolver(node: TestClient) -> None:
    assert node.get("/01/04012345111118").status_code == 404
    for link in all_links(linkset(node)):
        assert link["href"].startswith(f"{BASE}/")


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?linkType=linkset", {}),
        ("?linkType=linkset", BROWSER),
        ("?linkType=all", {}),
        ("", LINKSET),
        ("?foo=bar", {"accept": "application/linkset+json, */*;q=0.1"}),
    ],
)
def test_the_linkset_is_given_to_whoever_asks_for_it(
    node: TestClient, query: str, headers: dict[str, str]
) -> None:
    answer = node.get(PATH + query, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/linkset+json"
    (members,) = answer.json().items()
    assert members[0] == "linkset"
    for level in members[1]:
        assert set(level) >= {"anchor", "itemDescription"}
        for kind, links in level.items():
            if kind not in {"anchor", "itemDescription"}:
                assert kind.startswith(VOCABULARY)
                assert isinstance(links, list)


def test_the_links_of_every_level_are_in_the_linkset(node: TestClient) -> None:
    found = linkset(node)
    # The ledger has events of the unit and of its lot, none of the product.
    assert list(found) == [BASE + PATH, f"{BASE}/01/{GTIN}/10/L7"]
    assert f"{VOCABULARY}traceability" in found[BASE + PATH]
    assert f"{VOCABULARY}certificationInfo" in found[f"{BASE}/01/{GTIN}/10/L7"]
    assert f"{VOCABULARY}certificationInfo" not in found[BASE + PATH]
    assert list(linkset(node, "/00/095060001343520000")) == [
        f"{BASE}/00/095060001343520000"
    ]


def test_what_the_linkset_is_about_is_the_plain_link(node: TestClient) -> None:
    found = linkset(node, "/CxFKk4XBoI1XgkZCCgAq")
    assert next(iter(found)) == f"{BASE}/01/{GTIN}/10/ABC123/21/00042"


def test_every_link_has_target_type_and_title(node: TestClient) -> None:
    found = linkset(node)
    for link in all_links(found):
        assert set(link) <= {"href", "title", "hreflang", "type"}
        assert link["href"].startswith("https://")
        assert link["title"]
        for language in link.get("hreflang", []):
            assert re.fullmatch("[a-z]{2}(-[A-Z]{2})?", language)
    pages = found[BASE + PATH][f"{VOCABULARY}pip"]
    assert [page.get("hreflang") for page in pages] == [None, ["en"], ["zh-CN"]]


def test_every_media_type_is_one_of_ianas(node: TestClient) -> None:
    types = {link.get("type") for link in all_links(linkset(node))}
    assert types - {None} <= IANA


def test_the_default_link_has_a_telling_type_too(node: TestClient) -> None:
    for path in (PATH, f"/01/{GTIN}/21/unknown", "/00/095060001343520000"):
        first = next(iter(linkset(node, path).values()))
        (default,) = first[f"{VOCABULARY}defaultLink"]
        others = [
            link["href"]
            for kind, links in first.items()
            if kind != f"{VOCABULARY}defaultLink"
            for link in links
        ]
        assert default["href"] in others


def test_the_linkset_points_to_its_context(node: TestClient) -> None:
    links = node.get(PATH, headers=LINKSET).headers["link"]
    found = re.search(
        r'<([^>]*)>; rel="http://www\.w3\.org/ns/json-ld#context";'
        r' type="application/ld\+json"',
        links,
    )
    assert found is not None
    context = node.get(found[1].removeprefix(BASE))
    assert context.headers["content-type"] == "application/ld+json"
    assert context.json()["@context"]["anchor"] == "@id"


def test_there_is_one_default_link_with_nothing_but_a_title(
    node: TestClient,
) -> None:
    for path in (PATH, f"/01/{GTIN}/21/unknown", "/00/095060001343520000"):
        defaults = [
            link
            for kinds in linkset(node, path).values()
            for link in kinds.get(f"{VOCABULARY}defaultLink", [])
        ]
        assert [set(link) for link in defaults] == [{"href", "title"}]


def test_the_default_link_is_where_a_plain_request_leads(
    node: TestClient,
) -> None:
    first = next(iter(linkset(node).values()))
    (default,) = first[f"{VOCABULARY}defaultLink"]
    for headers in ({}, BROWSER, {"accept": "image/png"}):
        answer = node.get(PATH, headers=headers)
        assert answer.status_code == 307
        assert answer.headers["location"] == default["href"]
    # A better match: a type that only one link gives.
    answer = node.get(PATH, headers={"accept": "application/ld+json"})
    assert "/epcis/epcs/" in answer.headers["location"]


@pytest.mark.parametrize(
    "path",
    [
        f"/01/{GTIN}",
        f"/01/{GTIN}/10/KL8G",
        f"/01/{GTIN}/22/2A/10/KL8G/21/unknown",
        "/414/9506000134376/254/KL8G",
    ],
)
def test_however_closely_it_is_named_there_is_a_default(
    node: TestClient, path: str
) -> None:
    answer = node.get(path)
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(f"{BASE}/?item=")


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("pip", "/?item="),
        ("traceability", "/v1/items/"),
        ("epcis", "/epcis/epcs/"),
        ("recallStatus", "/v1/items/"),
        ("certificationInfo", "/?item="),
        ("defaultLink", "/?item="),
    ],
)
@pytest.mark.parametrize("prefix", ["gs1:", "gs1%3A", VOCABULARY])
def test_a_kind_of_link_that_is_there_is_redirected_to(
    node: TestClient, kind: str, where: str, prefix: str
) -> None:
    answer = node.get(f"{PATH}?linkType={prefix}{kind}")
    assert answer.status_code == 307
    location = answer.headers["location"]
    assert location.startswith(BASE + where)
    hrefs = [
        link["href"]
        for kinds in linkset(node).values()
        for link in kinds.get(VOCABULARY + kind, [])
    ]
    bare = location.partition("linkType=")[0].rstrip("?&")
    assert bare in hrefs


def test_a_kind_of_link_that_is_not_there_is_404(node: TestClient) -> None:
    for word in ("gs1:nosuchlt", "gs1:instructions", "", "pip"):
        answer = node.get(f"{PATH}?linkType={word}")
        assert answer.status_code == 404
        assert "gs1:traceability" in answer.json()["detail"]
    # The unit's own story names no certificates.
    path = f"/01/{GTIN}/21/00042?linkType=gs1:certificationInfo"
    assert node.get(path).status_code == 404


def test_the_query_is_passed_on(node: TestClient) -> None:
    query = "foo=bar&17=271231&lang=zh-CN"
    for kind in ("", "&linkType=gs1:pip", "&linkType=gs1:traceability"):
        answer = node.get(f"{PATH}?{query}{kind}")
        assert answer.headers["location"].endswith(query + kind)
    # What asks for events refuses parameters that it does not know, so what
    # was for the resolver, or about the thing, is kept from it.
    answer = node.get(f"{PATH}?linkType=gs1:epcis&17=271231&EQ_action=ADD")
    assert answer.headers["location"].endswith("/events?EQ_action=ADD")


def test_languages_and_types_tell_links_of_one_kind_apart(
    node: TestClient,
) -> None:
    for language, end in (
        ("en-GB,en;q=0.9", "&lang=en&linkType=gs1:pip"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "&lang=zh-CN&linkType=gs1:pip"),
        ("fr", "00042&linkType=gs1:pip"),
    ):
        answer = node.get(
            f"{PATH}?linkType=gs1:pip", headers={"accept-language": language}
        )
        assert answer.headers["location"].endswith(end)
        assert answer.headers["vary"] == "Accept, Accept-Language"
    both = "application/ld+json, application/vnd.provenance.bundle+msgpack"
    answer = node.get(PATH, headers={"accept": both})
    assert answer.status_code == 300
    assert len(all_links(links_of(answer.content))) == 2


def test_the_resolver_describes_itself(node: TestClient) -> None:
    answer = node.get(DESCRIPTION_PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    said = answer.json()
    assert said["resolverRoot"] == BASE
    assert said["supportedLinkType"] == [
        {"namespace": VOCABULARY, "prefix": "gs1:"}
    ]
    assert said["linkTypeDefaultCanBeLinkset"] is False


def test_the_description_lists_the_keys(node: TestClient) -> None:
    said = node.get(DESCRIPTION_PATH).json()["supportedPrimaryKeys"]
    assert said == sorted(KEYS)


def test_the_description_names_the_context(node: TestClient) -> None:
    place = node.get(DESCRIPTION_PATH).json()["jsonLdContextLocation"]
    assert node.get(place.removeprefix(BASE)).status_code == 200


def test_nothing_is_handled_by_another_by_its_prefix(node: TestClient) -> None:
    for path in (PATH, "/CxFKk4XBoI1XgkZCCgAq", f"/01/{GTIN}/21/unknown"):
        answer = node.get(path)
        assert "handledBy" not in answer.headers["link"]
        assert answer.headers["location"].startswith(BASE)
    assert "handledBy" not in json.dumps(linkset(node))


@pytest.mark.parametrize(
    "path", [PATH, f"/01/{GTIN}", "/00/095060001343520000"]
)
def test_a_trailing_slash_changes_nothing(node: TestClient, path: str) -> None:
    plain, slashed = node.get(path), node.get(f"{path}/")
    assert plain.status_code == slashed.status_code == 307
    assert plain.headers["location"] == slashed.headers["location"]
    assert linkset(node, path) == linkset(node, f"{path}/")


def test_older_names_of_the_vocabulary_are_known(node: TestClient) -> None:
    for start in ("https://gs1.org/voc/", "https://www.gs1.org/voc/"):
        answer = node.get(f"{PATH}?linkType={start}pip")
        assert answer.status_code == 307
    kinds = {kind for kinds in linkset(node).values() for kind in kinds}
    assert all(kind.startswith(VOCABULARY) for kind in kinds)


def test_a_redirect_points_to_the_linkset(node: TestClient) -> None:
    links = node.get(PATH).headers["link"]
    found = re.search(r'<([^>]*)>; rel="linkset"', links)
    assert found is not None
    listed = node.get(found[1].removeprefix(BASE))
    assert listed.headers["content-type"] == "application/linkset+json"


# What the text does not have, and a scanner does.


def test_a_serial_number_may_hold_a_slash(node: TestClient) -> None:
    answer = node.get(f"/01/{GTIN}/21/A%2F%3F%281")
    assert answer.status_code == 307
    location = node.get(
        f"/01/{GTIN}/21/A%2F%3F%281?linkType=gs1:traceability"
    ).headers["location"]
    name = location.removeprefix(f"{BASE}/v1/items/").partition("/")[0]
    assert unquote(name) == ODD_UNIT


@pytest.mark.parametrize("item", [UNIT, ODD_UNIT, PALLET, f"(01){GTIN}(10)L7"])
def test_a_label_that_was_printed_leads_to_its_item(
    node: TestClient, item: str
) -> None:
    label = read_label(item, stem=BASE)
    answer = node.get(label.uri.removeprefix(BASE))
    assert answer.headers["location"] == (
        f"{BASE}/?item={quote(label.item, safe='')}"
    )


def test_a_person_whose_code_is_of_another_ledger_is_told_so(
    node: TestClient,
) -> None:
    answer = node.get("/01/04012345111118", headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "没有此物品的记录" in answer.text
    assert "<script" not in answer.text


def test_resolving_is_counted_as_reading(node: TestClient) -> None:
    assert '"reads"' in node.get(PATH).headers["ratelimit"]


def test_without_an_address_of_its_own_it_answers_at_the_one_it_was_asked_at(
    tmp_path: pathlib.Path,
) -> None:
    world = grown_world(tmp_path)
    with resolving(world, one_process()) as client:
        answer = client.get(PATH)
        assert answer.headers["location"].startswith("http://testserver/?item=")
        evil = {"host": 'a.example/"><script>'}
        answer = client.get(PATH, headers=evil)
        assert "script" not in answer.headers.get("location", "")
        root = client.get(DESCRIPTION_PATH).json()["resolverRoot"]
        assert root == "http://testserver"


def test_the_description_of_the_api_has_the_resolver(node: TestClient) -> None:
    paths = node.get("/openapi.json").json()["paths"]
    for key in KEYS:
        responses = paths[f"/{key}/{{rest}}"]["get"]["responses"]
        assert set(responses) >= {"200", "300", "307", "400", "404"}
