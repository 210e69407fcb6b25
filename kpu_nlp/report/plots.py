"""Plots as SVG, drawn by Vega-Lite while the page is made, so that the page itself needs no library.

vl-convert was taken because it draws Vega-Lite without a browser or network: 10 to 40 kB of SVG a plot, with a name for each
mark and a link on it. Vega inside the page would be 0.9 MB of script, and Plotly more, for which the page's policy had to be
laxer. matplotlib writes style attributes, which that policy forbids, and no names of marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert
from lxml import etree
from markupsafe import Markup

_VERSION = "5.21"  # of Vega-Lite
_HREF = "{http://www.w3.org/1999/xlink}href"
_WIDTH = 760  # pixels, without the labels of the axes
_BAR = 22
# Characters of a name beside a bar, and the pixels that the widest usual fonts need for one: which font a browser takes is not
# known here.
_NAME = 42
_LETTER = 7

# Colours are those of the page's style, which knows light and dark.
_CONFIG = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "gridColor": "var(--rule)",
        "domainColor": "var(--rule)",
        "tickColor": "var(--rule)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 0,
    },
    "legend": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "labelFontSize": 12,
        "orient": "top",
        "title": None,
        "columnPadding": 24,
    },
}
_COUNTS = {"tickMinStep": 1, "format": ",d"}

# So many hues stand in the style; series beyond them take the first ones again, and are told apart by the table.
TONES = 8

Row = Mapping[str, Any]


def columns(rows: Sequence[Row], *, unit: str, value: str) -> Markup:
    """Return upright bars over time.

    Args:
        rows: ``label`` (a period), ``count`` and ``href`` (of its list of articles) of each bar, in order.
        unit: what a period is, for the axis.
        value: what is counted, for the axis.
    """
    return _draw(
        rows,
        {
            "mark": {"type": "bar", "color": "var(--tone0)"},
            "width": _WIDTH,
            "height": 200,
            "encoding": {
                "x": {"field": "label", "type": "ordinal", "sort": None, "title": unit, "axis": {"labelOverlap": True}},
                "y": {"field": "count", "type": "quantitative", "title": value, "axis": _COUNTS},
            },
        },
    )


def lines(rows: Sequence[Row], *, unit: str, value: str) -> Markup:
    """Return a line with points for each series over time; rows have ``series`` too."""
    series = _series(rows)
    encoding = {
        "x": {"field": "label", "type": "ordinal", "sort": None, "title": unit, "axis": {"labelOverlap": True}},
        "y": {"field": "count", "type": "quantitative", "title": value, "axis": _COUNTS},
        "color": series,
    }
    return _draw(
        rows,
        {
            "width": _WIDTH,
            "height": 240,
            "encoding": encoding,
            "layer": [
                {"mark": {"type": "line", "aria": False, "strokeWidth": 2}},
                {
                    "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                    "encoding": {"shape": {**series, "scale": {"domain": series["scale"]["domain"]}}, **_links()},
                },
            ],
        },
    )


def bars(rows: Sequence[Row], *, value: str) -> Markup:
    """Return lying bars, one below the other as given; where rows have ``series``, its parts lie end to end."""
    room = _LETTER * max((min(len(row["label"]), _NAME) for row in rows), default=0)
    # Only what is printed is cut: bars of two names that begin alike must not become one.
    cut = f"length(datum.label) > {_NAME} ? slice(datum.label, 0, {_NAME - 1}) + '…' : datum.label"
    axis = {"minExtent": room, "labelExpr": cut}
    encoding: dict[str, Any] = {
        "y": {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": axis},
        "x": {"field": "count", "type": "quantitative", "title": value, "axis": _COUNTS},
    }
    mark: dict[str, Any] = {"type": "bar"}
    if rows and "series" in rows[0]:
        encoding["color"] = _series(rows)
        encoding["order"] = {"field": "rank"}
    else:
        mark["color"] = "var(--tone0)"
    return _draw(rows, {"mark": mark, "width": _WIDTH - room, "height": {"step": _BAR}, "encoding": encoding})


def _series(rows: Sequence[Row]) -> dict[str, Any]:
    names = list(dict.fromkeys(row["series"] for row in rows))
    tones = [f"var(--tone{number % TONES})" for number in range(len(names))]
    return {"field": "series", "type": "nominal", "sort": None, "scale": {"domain": names, "range": tones}}


def _links() -> dict[str, Any]:
    return {"href": {"field": "href"}, "description": {"field": "name"}}


def _draw(rows: Sequence[Row], plot: dict[str, Any]) -> Markup:
    values = [
        {
            **row,
            "name": ", ".join(str(row[part]) for part in ("label", "series", "count") if part in row),
            "rank": number,
        }
        for number, row in enumerate(rows)
    ]
    if "layer" not in plot:
        plot["encoding"] |= _links()
    drawn = vl_convert.vegalite_to_svg(
        {"config": _CONFIG, "data": {"values": values}, **plot}, vl_version=_VERSION, allowed_base_urls=[]
    )
    tree = etree.fromstring(drawn.encode(), parser=etree.XMLParser(no_network=True, resolve_entities=False, huge_tree=True))
    for link in tree.iter("{http://www.w3.org/2000/svg}a"):
        # Vega makes an address of what is a place of this page.
        address = link.attrib.pop(_HREF)
        link.set("href", f"#{address.rpartition('#')[2]}")
    # A plot's description stands in the page, and screen readers read its marks; the tables tell the same.
    tree.set("role", "group")
    tree.attrib.pop("version", None)
    etree.cleanup_namespaces(tree, top_nsmap={None: "http://www.w3.org/2000/svg"})
    # The strings of articles were written into it by a serializer, which escapes them.
    return Markup(etree.tostring(tree, encoding="unicode"))  # noqa: S704
