"""The encoder that a run starts from: loaded from safetensors only, with a new head, and checked before training."""

from __future__ import annotations

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

    set_seed(recipe.seed)
    tags = bio_labels(recipe.labels.names)
    dropouts = {
        "hidden_dropout_prob": recipe.optimizer.dropout,
        "attention_probs_dropout_prob": recipe.optimizer.attention_dropout,
    }
    try:
        config = AutoConfig.from_pretrained(
            base,
            id2label=dict(enumerate(tags)),
            label2id={tag: index for index, tag in enumerate(tags)},
            trust_remote_code=False,
        )
        # An encoder that names its dropouts otherwise keeps its own.
        config.update({name: share for name, share in dropouts.items() if hasattr(config, name)})
        model = AutoModelForTokenClassification.from_pretrained(
            base,
            config=config,
            dtype="float32",  # a shipped model is stored in half precision, which does not learn
            ignore_mismatched_sizes=True,  # and may have a head for other labels
            use_safetensors=True,
            trust_remote_code=False,
        )
        tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
    except Exception as error:  # safetensors, tokenizers, huggingface_hub and torch each raise their own classes here
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise RecipeError(
            f"base '{base}' cannot be loaded: {reason}; build it with training/build_base.py, or name a hub id"
        ) from error
    _check_base(base, recipe, config, tokenizer)
    return model, tokenizer


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
