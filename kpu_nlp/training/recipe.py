"""A recipe: everything that decides what a trained model becomes, read from a TOML file."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from kpu_nlp.annotation.inline import LABEL
from kpu_nlp.errors import RecipeError
from kpu_nlp.labels import LABEL_NAMES, THEME_NAMES
from kpu_nlp.messages import first_problem, shown
from kpu_nlp.tagging.bio import OUTSIDE

NAME = r"^[a-z0-9][a-z0-9.-]*$"
VERSION = r"^\d+\.\d+\.\d+$"

Settings = TypeVar("Settings", bound=BaseModel)


class Section(BaseModel):
    """A table of a recipe: nothing may change it, and no setting may be misspelt."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def check_label(name: str) -> str:
    """Return the name of a label that a model is to know.

    Raises:
        ValueError: it is not written as labels are, or has a meaning of its own among BIO tags.
    """
    if not LABEL.fullmatch(name):
        raise ValueError(f"label {shown(name)!r}: capitals, digits and _ only, a capital first, such as INCLUSION")
    if name == OUTSIDE:
        raise ValueError(f"label {name!r}: the tag of words outside all spans; choose another name")
    return name


LabelName = Annotated[str, AfterValidator(check_label)]


class Labels(Section):
    """The span labels in the order of the head, and which of them are themes."""

    names: tuple[LabelName, ...] = LABEL_NAMES
    themes: dict[LabelName, str] = Field(default_factory=lambda: dict(THEME_NAMES))

    @model_validator(mode="after")
    def _check(self) -> Labels:
        if not self.names or len(set(self.names)) != len(self.names):
            raise ValueError("names must be a list of different labels")
        unknown = sorted(set(self.themes) - set(self.names))
        if unknown:
            raise ValueError(f"themes names labels that names does not list: {', '.join(unknown)}")
        return self


class Windows(Section):
    """How articles are cut for the encoder: pieces in a window without special tokens, and pieces that two windows share."""

    size: int = Field(default=254, gt=48, le=8190)
    overlap: int = Field(default=48, ge=0)

    @model_validator(mode="after")
    def _check(self) -> Windows:
        if self.overlap * 3 > self.size:
            raise ValueError("overlap must be at most a third of size")
        return self


class Optimizer(Section):
    """AdamW with a linear warm-up and decay; the new head learns faster than the body."""

    body_rate: float = Field(default=2e-4, gt=0)
    head_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    batch_size: int = Field(default=8, gt=0)
    epochs: int = Field(default=12, gt=0)
    patience: int = Field(default=4, gt=0, description="Epochs without a better dev score before training stops")
    dropout: float = Field(default=0.1, ge=0, lt=1)
    attention_dropout: float = Field(default=0.0, ge=0, lt=1)
    word_dropout: float = Field(default=0.0, ge=0, lt=1, description="Share of the words that training shows as <mask>")
    average: float = Field(default=0.0, ge=0, lt=1, description="Decay of the moving average of the weights a step; 0: none")


class Augmentation(Section):
    """The share of articles, 0 to 1, that each change is made to in each epoch; the spans stay exact."""

    join_paragraphs: float = Field(default=0.33, ge=0, le=1)
    drop_spaces: float = Field(default=0.08, ge=0, le=1)
    upper_title: float = Field(default=0.15, ge=0, le=1)
    upper: float = Field(default=0.03, ge=0, le=1)
    lower: float = Field(default=0.05, ge=0, le=1)
    quotes: float = Field(default=0.3, ge=0, le=1)
    typos: float = Field(default=0.08, ge=0, le=1)
    replace_names: float = Field(default=0.0, ge=0, le=1)


class Mixture(Section):
    """How many old articles stand beside the new ones in an epoch, so that the model forgets nothing, and learns the new."""

    old_per_new: float = Field(default=4.0, ge=0)
    old_at_least: int = Field(default=120, ge=0)
    new_share: float = Field(
        default=0.0, ge=0, lt=1, description="Share of an epoch, about, that new articles fill, repeated if need be"
    )


class Recipe(Section):
    """A training recipe."""

    name: str = Field(pattern=NAME)
    version: str = Field(pattern=VERSION)
    base: str = Field(description="A folder, relative to the recipe's, or a Hugging Face id")
    seed: int = 13
    bf16: bool = True
    labels: Labels = Labels()
    windows: Windows = Windows()
    optimizer: Optimizer = Optimizer()
    augmentation: Augmentation = Augmentation()
    mixture: Mixture | None = Field(default=None, description="None: every article in every epoch")


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        RecipeError: the file is missing, no TOML, or a setting is unknown or impossible; the message names the setting.
    """
    return read_settings(path, Recipe)


def read_settings(path: Path, kind: type[Settings]) -> Settings:
    """Read a TOML file of settings.

    Raises:
        RecipeError: the file is missing, no TOML, or a setting is unknown or impossible; the message names the setting.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not a TOML file: {error}") from error
    try:
        return kind.model_validate(settings)
    except ValidationError as error:
        raise RecipeError(f"{path}: {first_problem(error, whole='recipe')}") from error


def resolve_base(recipe: Recipe, folder: Path) -> str:
    """Return the base as ``from_pretrained`` takes it: a folder next to the recipe where there is one, else as it stands.

    That is a folder as seen from the current one, or a hub id. A base that begins like a path (``./``, ``../``, ``/``)
    is never looked for on a hub.

    Raises:
        RecipeError: such a folder is not there.
    """
    local = folder / recipe.base
    if local.is_dir():
        return str(local)
    if recipe.base.startswith((".", "/")) and not Path(recipe.base).is_dir():
        raise RecipeError(f"base '{recipe.base}': no such folder beside the recipe; build it with training/build_base.py")
    return recipe.base


def recipe_digest(recipe: Recipe, **extra: Any) -> str:
    """Return a fingerprint of a recipe and what else decides the result, to tell whether an interrupted run is the same one."""
    content = recipe.model_dump_json() + repr(sorted(extra.items()))
    return hashlib.sha256(content.encode()).hexdigest()
