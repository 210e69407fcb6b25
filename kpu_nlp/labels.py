"""The labels of the annotation guidelines: what each marks, with an example."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A span label.

    Attributes:
        name: the label as it stands in the corpus.
        definition: what it marks, in one sentence.
        example: a phrase with the span in brackets.
        theme: the Indonesian name where the label is a directive theme, else None.
    """

    name: str
    definition: str
    example: str
    theme: str | None = None


LABELS: tuple[Label, ...] = (
    Label("PERSON", "A named human being, with titles and degrees as printed", "Ketua KPU Bali [I Dewa Agung Gede Lidartawan]"),
    Label("ROLE", "The office or function a person holds, without the organisation's name", "[Plt. Sekretaris] KPU Kota Batu"),
    Label("ORG", "An organisation, its unit, or a class of its offices", "[Bawaslu Kota Batu]"),
    Label("FAC", "The place an event happens in: building, hall, hotel, or online platform", "di [Hotel Grand Mercure]"),
    Label("ADDRESS", "A street address with its number", "[jalan Raden Panji Suroso Nomor 7] Malang"),
    Label("GPE", "A geographical or administrative place on its own", "[Kabupaten Ngawi]"),
    Label("DATE", "A calendar date, a range of dates, or a relative day", "[Jumat, 22 Juli 2022]"),
    Label("TIME", "A clock time with its zone and open end", "[pukul 21.00 WIB sampai dengan selesai]"),
    Label("EVENT", "A named meeting, training, ceremony or programme", "[Rapat Konsolidasi Tahapan Pemilu Tahun 2024]"),
    Label("ELECTION", "An election", "[Pilkada Serentak 2020]"),
    Label("LAW", "A statute, regulation, decree or letter with its number or name", "[PKPU 3 Tahun 2022]"),
    Label("CONSOLIDATION", "Standing together as one institution", "[soliditas antar unit kerja] harus dijaga", "konsolidasi"),
    Label(
        "COORDINATION", "Working with others across units or institutions", "perkuat [sinergi dengan stakeholder]", "koordinasi"
    ),
    Label("COMPETENCY", "The skill, knowledge and capacity of people", "wajib [memahami regulasi]", "kompetensi"),
    Label("COMMITMENT", "Dedication and loyalty to duty and rules", "harus [tegak lurus terhadap regulasi]", "komitmen"),
)

LABEL_NAMES: tuple[str, ...] = tuple(label.name for label in LABELS)
THEME_NAMES: dict[str, str] = {label.name: label.theme for label in LABELS if label.theme}
