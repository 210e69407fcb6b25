"""The model that a run starts from: loaded from safetensors only, checked, and given a head for the recipe's labels.

A base that has a head for some of these labels keeps what it knows of them: their rows are copied, whatever their places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kpu_nlp.errors import RecipeError
from kpu_nlp.tagging.bio import bio_labels
from kpu_nlp.tagging.encoding import special_pieces
from kpu_nlp.training.recipe import Recipe


def load_base(base: str, recipe: Recipe) -> tuple[Any, Any]:
    """Load the model that a recipe fine-tunes.

    Args:
        base: a folder or a Hugging Face id, as `kpu_nlp.training.recipe.resolve_base` gives it.
        recipe: the labels, the dropouts, and the seed that the new head is drawn from.

    Returns:
        The model in full precision with a head for the recipe's labels, and its tokenizer.

    Raises:
        RecipeError: the base is missing or damaged, or an encoder that cannot be used.
    """
    from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer, set_seed
    from transformers.utils import logging

    # There would be one for every file that is written; a run has its own.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call,unused-ignore]
    set_seed(recipe.seed)
    tags = bio_labels(recipe.labels.names)
    dropouts = {
        "hidden_dropout_prob": recipe.optimizer.dropout,
        "attention_probs_dropout_prob": recipe.optimizer.attention_dropout,
    }
    with _loading(base):
        known = AutoConfig.from_pretrained(base, trust_remote_code=False)
    _check_kind(base, known)
    with _loading(base):
        config = AutoConfig.from_pretrained(
            base,
            id2label=dict(enumerate(tags)),
            label2id={tag: index for index, tag in enumerate(tags)},
            trust_remote_code=False,
        )
        # An encoder that names its dropouts otherwise keeps its own.
        config.update({name: share for name, share in dropouts.items() if hasattr(config, name)})
        model, loading = AutoModelForTokenClassification.from_pretrained(
            base,
            config=config,
            dtype="float32",  # a shipped model is stored in half precision, which does not learn
            ignore_mismatched_sizes=True,  # and may have a head for other labels
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
        tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
        if _has_head_for(known, tags):
            _keep_rows(model, base, known, tags, recipe.labels.themes)
    _check_weights(base, model, loading["missing_keys"])
    _check_base(base, recipe, config, tokenizer)
    return model, tokenizer


@contextmanager
def _loading(base: str) -> Iterator[None]:
    """Turn whatever goes wrong inside the block into one line.

    Raises:
        RecipeError: the base is missing or damaged.
    """
    from huggingface_hub.utils import logging as hub_logging
    from transformers.utils import logging

    verbosity, hub_verbosity = logging.get_verbosity(), hub_logging.get_verbosity()
    # That the head is new is what is wanted; transformers warns of it at length, and the hub of every attempt to reach it.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call,unused-ignore]
    hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call,unused-ignore]
    try:
        yield
    except Exception as error:  # safetensors, tokenizers, huggingface_hub and torch each raise their own classes here
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise RecipeError(
            f"base '{base}' cannot be loaded: {reason}; build it with training/build_base.py, or name a hub id"
        ) from error
    finally:
        logging.set_verbosity(verbosity)
        hub_logging.set_verbosity(hub_verbosity)


def _tags_of(config: Any) -> list[str]:
    """Return the tags of a head, by row."""
    return [config.id2label[index] for index in sorted(config.id2label)]


def _has_head_for(config: Any, tags: Sequence[str]) -> bool:
    """Tell whether a base classifies tokens by some of these tags, and not by exactly these, which need no copying."""
    classifies = any(name.endswith("ForTokenClassification") for name in config.architectures or ())
    theirs = _tags_of(config)
    return classifies and theirs != list(tags) and bool(set(theirs) & set(tags) - {"O"})


def _keep_rows(model: Any, base: str, config: Any, tags: Sequence[str], themes: Collection[str]) -> None:
    """Copy the rows of the base's head into the new one by tag; a row that it lacks begins as the mean of its like.

    That is the rows of all B- tags or all I- tags, of themes where the new tag is a theme's: training has then only to tell it
    from these. A row at random stayed below the others, which are sure of themselves, through a whole run.
    """
    import torch
    from transformers import AutoModelForTokenClassification

    before = AutoModelForTokenClassification.from_pretrained(
        base, config=config, dtype="float32", use_safetensors=True, trust_remote_code=False
    )
    old, new = getattr(before, "classifier", None), getattr(model, "classifier", None)
    if not isinstance(old, torch.nn.Linear) or not isinstance(new, torch.nn.Linear):
        return
    rows = {tag: row for row, tag in enumerate(_tags_of(config))}
    with torch.no_grad():
        for row, tag in enumerate(tags):
            like = [rows[tag]] if tag in rows else _rows_like(tag, rows, themes)
            new.weight[row] = old.weight[like].mean(dim=0)
            new.bias[row] = old.bias[like].mean()


def _rows_like(tag: str, rows: Mapping[str, int], themes: Collection[str]) -> list[int]:
    """Return the rows of a head that a new tag is most like: same prefix, and a theme's where it is one; all where none is."""
    prefix, _, label = tag.partition("-")
    same = {other: row for other, row in rows.items() if other.startswith(f"{prefix}-")}
    kin = [row for other, row in same.items() if (other.partition("-")[2] in themes) == (label in themes)]
    return kin or list(same.values()) or list(rows.values())


def _check_kind(base: str, config: Any) -> None:
    """Refuse what is no encoder of text: one that writes, or that reads something else.

    Raises:
        RecipeError: the base is one of these.
    """
    from transformers import MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING

    architectures = config.architectures or ()
    writes = any(name.endswith(("CausalLM", "LMHeadModel", "ForConditionalGeneration")) for name in architectures)
    writes = writes or getattr(config, "is_encoder_decoder", False) or getattr(config, "is_decoder", False)
    if writes or type(config) not in MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING:
        what = ", ".join(architectures) or config.model_type
        raise RecipeError(f"base '{base}' is no encoder of text but {what}; name one such as BERT's or XLM-R's")


def _check_weights(base: str, model: Any, missing: Collection[str]) -> None:
    """Refuse a folder whose weights are not those of its configuration, which would leave the encoder at random.

    Raises:
        RecipeError: most of the encoder's weights are missing.
    """
    prefix = f"{model.base_model_prefix}."
    body = [name for name, _ in model.named_parameters() if name.startswith(prefix)]
    if 2 * sum(name in missing for name in body) > len(body):
        raise RecipeError(f"base '{base}': its weights are not those of the encoder in its config.json; name another base")


def _check_base(base: str, recipe: Recipe, config: Any, tokenizer: Any) -> None:
    if not tokenizer.is_fast:
        raise RecipeError(f"base '{base}' has no fast tokenizer (tokenizer.json); name another base")
    try:
        special_pieces(tokenizer.backend_tokenizer)
    except ValueError as error:
        raise RecipeError(f"base '{base}' cannot be used: {error}; name another base") from error
    longest = getattr(config, "max_position_embeddings", None)
    if longest is not None and recipe.windows.size + 2 > longest:
        raise RecipeError(
            f"windows.size {recipe.windows.size}: base '{base}' reads {longest} pieces, two of them special; "
            f"set at most {longest - 2}"
        )
