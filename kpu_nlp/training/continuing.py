"""The recipe of a retraining: what the packaged one or the user's says, with labels and windows of the model that goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from kpu_nlp.errors import RecipeError
from kpu_nlp.labels import LABEL_NAMES, THEME_NAMES
from kpu_nlp.tagging.manifest import Manifest
from kpu_nlp.training.recipe import (
    NAME,
    VERSION,
    Augmentation,
    LabelName,
    Labels,
    Mixture,
    Optimizer,
    Recipe,
    Section,
    Windows,
    read_settings,
)

FIRST_VERSION = "1.0.0"


class AddedLabels(Section):
    """Labels that the model is to know: those it lacks append to its list; themes need not stand in ``names`` as well."""

    names: tuple[LabelName, ...] = ()
    themes: dict[LabelName, str] = Field(default_factory=dict)


class RetrainingRecipe(Section):
    """A recipe that leaves open what the model that goes on decides; a whole recipe can be read as one."""

    name: str | None = Field(default=None, pattern=NAME)
    version: str | None = Field(default=None, pattern=VERSION)
    base: str | None = None
    seed: int = 13
    bf16: bool = True
    labels: AddedLabels = AddedLabels()
    windows: Windows | None = None
    optimizer: Optimizer = Optimizer()
    augmentation: Augmentation = Augmentation()
    mixture: Mixture | None = None


def packaged_recipe(name: str) -> Path:
    """Return a recipe that comes with the package: ``continue`` or ``afresh``."""
    return Path(__file__).with_name("recipes") / f"{name}.toml"


def read_retraining_recipe(path: Path) -> RetrainingRecipe:
    """Read a recipe for a retraining.

    Raises:
        RecipeError: see `kpu_nlp.training.recipe.read_recipe`; name, version and base may be left out here.
    """
    return read_settings(path, RetrainingRecipe)


def model_name(output: Path) -> str:
    """Return the name of the model that a folder is to hold.

    Raises:
        RecipeError: the folder's name cannot be one.
    """
    name = output.resolve().name.lower().replace("_", "-").replace(" ", "-")
    if not re.fullmatch(NAME, name):
        raise RecipeError(
            f"{output}: a model is called as its folder: letters a to z, digits, '.' and '-'; name another folder"
        )
    return name


def complete(
    settings: RetrainingRecipe, *, name: str, base: str, model: Manifest | None, labels: Mapping[str, str | None]
) -> Recipe:
    """Return the whole recipe.

    Args:
        settings: what was read.
        name: the new model's name; the recipe's own goes before it.
        base: folder or hub id of what the run starts from.
        model: the manifest of the model that goes on; None for an encoder, which begins with the labels of the guidelines.
        labels: further labels, with their Indonesian names where they are themes.

    Raises:
        RecipeError: a setting is impossible.
    """
    themes = {**settings.labels.themes, **{label: theme for label, theme in labels.items() if theme is not None}}
    known = model.labels if model else LABEL_NAMES
    names = dict.fromkeys((*known, *settings.labels.names, *themes, *labels))
    name = settings.name or name
    version = settings.version or (_next(model.version) if model and model.name == name else FIRST_VERSION)
    windows = settings.windows or (Windows(size=model.window, overlap=model.overlap) if model else Windows())
    return Recipe(
        name=name,
        version=version,
        base=base,
        seed=settings.seed,
        bf16=settings.bf16,
        labels=Labels(names=tuple(names), themes={**(model.themes if model else THEME_NAMES), **themes}),
        windows=windows,
        optimizer=settings.optimizer,
        augmentation=settings.augmentation,
        mixture=settings.mixture,
    )


def _next(version: str) -> str:
    """Return the next minor version."""
    major, minor, *_ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"
