"""A labelling configuration for Label Studio, which fits the tasks that we write and reads back what we import."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from xml.etree import ElementTree

from kpu_nlp.annotation.formats.label_studio import CONTROL, OBJECT

_HOTKEYS = "1234567890qwertasdfgzxcvb"
# Steps of the golden ratio around the colour circle: neighbours in the list look different, and a label that is appended
# leaves the colours of the others alone.
_HUE_STEP = 0.618034
_LIGHTNESS, _SATURATION = (0.45, 0.6), 0.75
# Without it the browser shows a run of spaces as one, and Label Studio writes the text of a region in that way.
_STYLE = ".htx-text, .htx-richtext { white-space: pre-wrap; }"


def label_config(labels: Sequence[str]) -> str:
    """Return the XML to paste into a project's labelling settings.

    Args:
        labels: the names of the labels, in order; the first 25 get a key of their own.
    """
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Style").text = _STYLE
    control = ElementTree.SubElement(view, "Labels", name=CONTROL, toName=OBJECT, showInline="true")
    for number, label in enumerate(labels):
        element = ElementTree.SubElement(control, "Label", value=label, background=_colour(number))
        if number < len(_HOTKEYS):
            element.set("hotkey", _HOTKEYS[number])
    ElementTree.SubElement(view, "Text", name=OBJECT, value=f"${OBJECT}")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode")


def _colour(number: int) -> str:
    lightness = _LIGHTNESS[number % len(_LIGHTNESS)]
    shares = colorsys.hls_to_rgb(number * _HUE_STEP % 1, lightness, _SATURATION)
    return "#" + "".join(f"{round(255 * share):02x}" for share in shares)
