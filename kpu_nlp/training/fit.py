"""Fine-tuning: a recipe and annotated articles in, a fine-tuned model in the work folder out."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.errors import InputError, MissingExtraError, RecipeError
from kpu_nlp.tagging.bio import bio_labels
from kpu_nlp.tagging.encoding import open_tokenizer, special_pieces
from kpu_nlp.tagging.engines import Engine, TorchEngine, cuda_is_available
from kpu_nlp.training.average import WeightAverage
from kpu_nlp.training.base import load_base
from kpu_nlp.training.estimate import check_room, estimate, measure_step
from kpu_nlp.training.progress import TrainingProgress
from kpu_nlp.training.ranks import from_main, is_main, join, leave, use_one_gpu, wait, world_size
from kpu_nlp.training.recipe import Recipe, recipe_digest, resolve_base
from kpu_nlp.training.scores import Count, SpanScores, score_articles, scored_labels
from kpu_nlp.training.tagging import tag_articles
from kpu_nlp.training.windows import Collator, Row, articles_of_epoch, make_epochs

logger = logging.getLogger(__name__)

FITTED = "fitted"
RUN_FILE = "run.json"
LOG_FILE = "log.json"
CHECKPOINTS = "checkpoints"
TOKENIZER = "tokenizer"
AVERAGE_FILE = "average.safetensors"  # in a checkpoint, beside the weights of its step


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The articles of a run and the fingerprint of the corpus they come from.

    Attributes:
        train: the corpus to train on.
        dev: the articles that the best epoch is chosen by.
        digest: fingerprint of all articles.
        test: articles that decide nothing.
        added: new articles to train on, when a model is trained further.
        held_out: new articles that only the finished model is scored on.
        start: fingerprint of the weights that the run starts from, where they are a model's.
    """

    train: tuple[AnnotatedArticle, ...]
    dev: tuple[AnnotatedArticle, ...]
    digest: str
    test: tuple[AnnotatedArticle, ...] = ()
    added: tuple[AnnotatedArticle, ...] = ()
    held_out: tuple[AnnotatedArticle, ...] = ()
    start: str = ""


def require_training_extra() -> None:
    """Check that the libraries of the extra ``[train]`` are there.

    Raises:
        MissingExtraError: one is not; the message names it.
    """
    import importlib.util

    for module in ("torch", "transformers", "datasets", "accelerate", "onnx", "onnxscript", "safetensors"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError.of("training", module, "train")


def choose_device(device: str) -> str:
    """Return ``cpu`` or ``cuda`` for ``auto``, and check the others.

    Raises:
        RecipeError: ``cuda`` where torch sees no GPU.
    """
    if device == "auto":
        return "cuda" if cuda_is_available() else "cpu"
    if device == "cuda" and not cuda_is_available():
        raise RecipeError("device 'cuda': torch sees no GPU; use --device cpu")
    return device


def runs_bf16(device: str) -> bool:
    """Tell whether a device multiplies bfloat16 matrices faster than float32 ones.

    On a CPU without AVX-512 torch falls back to a plain loop, a hundred times slower (measured: 1.3 against 138 GFLOP/s on two
    AVX2 cores), and says nothing.
    """
    import torch

    if device == "cpu":
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 - torch tells it nowhere else
    return bool(torch.cuda.is_bf16_supported())


def _optimizer(model: Any, recipe: Recipe) -> Any:
    import torch

    decayed: dict[float, list[Any]] = {}
    plain: dict[float, list[Any]] = {}
    settings = recipe.optimizer
    for name, parameter in model.named_parameters():
        rate = settings.head_rate if name.startswith("classifier") else settings.body_rate
        # Biases and layer norms are not decayed, as in the BERT paper's optimizer.
        (plain if parameter.ndim < 2 else decayed).setdefault(rate, []).append(parameter)
    groups = [{"params": params, "lr": rate, "weight_decay": settings.weight_decay} for rate, params in decayed.items()]
    groups += [{"params": params, "lr": rate, "weight_decay": 0.0} for rate, params in plain.items()]
    return torch.optim.AdamW(groups, fused=True)


def _dataset(epochs: Sequence[Sequence[Row]]) -> Any:
    from datasets import Dataset

    return Dataset.from_list([row for epoch in epochs for row in epoch])


def fit(
    recipe: Recipe,
    data: TrainingData,
    *,
    folder: Path,
    work: Path,
    device: str = "auto",
    resume: bool = True,
    progress: TrainingProgress | None = None,
) -> Path:
    """Fine-tune a model, or go on where an interrupted run of the same recipe and data stopped.

    In several processes that `kpu_nlp.training.ranks` knows, each calls this, and a batch is divided among them.

    Args:
        recipe: the recipe.
        data: articles to train on, and the dev articles that choose the best epoch.
        folder: the recipe's folder, which a local base is relative to.
        work: where checkpoints are kept.
        device: ``auto``, ``cpu`` or ``cuda``.
        resume: False starts afresh.
        progress: told how far the run is; by default the log is.

    Returns:
        The folder of the fine-tuned model, in full precision, with ``tokenizer.json``.

    Raises:
        RecipeError: the base cannot be loaded, or there is nothing to train on.
        InputError: the disk has no room.
        MissingExtraError: the extra ``[train]`` is not installed.
    """
    require_training_extra()
    if not (data.train or data.added) or not data.dev:
        raise RecipeError(f"{len(data.train)} training and {len(data.dev)} dev articles: both parts need at least one")
    if recipe.optimizer.batch_size % world_size():
        raise RecipeError(
            f"optimizer.batch_size {recipe.optimizer.batch_size} cannot be divided among {world_size()} processes; "
            "set a multiple of their number"
        )
    device = choose_device(device)
    join(device)
    if recipe.bf16 and not runs_bf16(device):
        logger.info("this processor has no fast bf16; training in float32")
    parts = {"train": data.train, "dev": data.dev, "added": data.added}
    splits = {name: sorted(article.facts.id for article in part) for name, part in parts.items()}
    fingerprint = recipe_digest(recipe, corpus=data.digest, start=data.start, **splits)
    _check_work(work, fingerprint, resume=resume)
    if resume and _is_same_run(work, fingerprint) and (work / FITTED).is_dir():
        logger.info("%s: already trained with this recipe and these articles", work / FITTED)
        return work / FITTED
    # Before anything is cleared or written: a base that cannot be loaded leaves no trace.
    model, tokenizer = load_base(resolve_base(recipe, folder), recipe)
    if not _is_same_run(work, fingerprint):  # which has its checkpoints already
        check_room(model, work)
    wait()  # until every process has looked at the work folder as it was
    if is_main():
        if not resume:
            _clear(work)
        work.mkdir(parents=True, exist_ok=True)
        (work / RUN_FILE).write_text(json.dumps({"fingerprint": fingerprint}) + "\n", encoding="utf-8")
        tokenizer.save_pretrained(work / TOKENIZER)
    wait()
    with _full_disk_as_input_error(work):
        _run_trainer(recipe, data, model=model, work=work, device=device, progress=progress)
    leave()
    return work / FITTED


@contextmanager
def _full_disk_as_input_error(work: Path) -> Iterator[None]:
    """Tell of a disk that fills up on the way in one line; torch and safetensors have errors of their own for it."""
    try:
        yield
    except Exception as error:
        if "No space left" not in str(error) and "os error 28" not in str(error):
            raise
        raise InputError(
            f"{work}: no space left for a checkpoint; free some, and give the same command again to go on from the last one"
        ) from error


def _check_work(work: Path, fingerprint: str, *, resume: bool) -> None:
    """Refuse a work folder whose content is not of this run."""
    if not work.is_dir() or not any(work.iterdir()):
        return
    if not (work / RUN_FILE).is_file():
        raise RecipeError(f"{work}: holds other files than those of a training run; name another --work")
    if resume and not _is_same_run(work, fingerprint):
        raise RecipeError(f"{work}: holds a run of another recipe or corpus; name another --work, or start anew with --fresh")


def _clear(work: Path) -> None:
    """Delete what a run wrote and nothing else; the mark of a run goes last."""
    for name in (CHECKPOINTS, TOKENIZER, FITTED, f"{FITTED}.tmp"):
        shutil.rmtree(work / name, ignore_errors=True)
    for name in (LOG_FILE, RUN_FILE):
        (work / name).unlink(missing_ok=True)


def _is_same_run(work: Path, fingerprint: str) -> bool:
    try:
        return bool(json.loads((work / RUN_FILE).read_text(encoding="utf-8"))["fingerprint"] == fingerprint)
    except (OSError, ValueError, KeyError):
        return False


def _training_arguments(recipe: Recipe, work: Path, *, device: str, steps_per_epoch: int) -> Any:
    from transformers import TrainingArguments

    return TrainingArguments(
        # Absolute, because the checkpoints remember the best one's path, and a run may go on from another folder.
        output_dir=str((work / CHECKPOINTS).resolve()),
        # All epochs, each augmented anew, lie one after the other in the data set; max_steps is their total.
        max_steps=steps_per_epoch * recipe.optimizer.epochs,
        warmup_steps=recipe.optimizer.warmup,
        per_device_train_batch_size=recipe.optimizer.batch_size // world_size(),
        learning_rate=recipe.optimizer.body_rate,
        lr_scheduler_type="linear",
        bf16=recipe.bf16 and runs_bf16(device),
        use_cpu=device == "cpu",
        train_sampling_strategy="sequential",
        eval_strategy="steps",
        eval_steps=steps_per_epoch,
        save_strategy="steps",
        save_steps=steps_per_epoch,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="f1",
        greater_is_better=True,
        restore_callback_states_from_checkpoint=True,  # the epochs without a better score
        logging_steps=20,
        report_to="none",
        disable_tqdm=True,
        seed=recipe.seed,
        data_seed=recipe.seed,
        ddp_backend="gloo" if device == "cpu" and world_size() > 1 else None,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
    )


def _last_checkpoint(folder: Path) -> str | None:
    """Return the newest whole checkpoint; what a kill left half-written after it is deleted."""
    for path in sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True):
        try:
            json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))  # the last file that is written
        except (OSError, ValueError):
            shutil.rmtree(path)
        else:
            return str(path.resolve())
    return None


def _callbacks(patience: int, average: WeightAverage, progress: TrainingProgress | None) -> list[Any]:
    """Return what watches a run: early stopping after ``patience`` epochs without a better score, average, and progress."""
    from transformers import EarlyStoppingCallback, TrainerCallback

    class Report(TrainerCallback):  # type: ignore[misc,unused-ignore]
        """Tells the progress; the trainer's own callback prints it on standard output."""

        loss: float | None = None

        def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:  # noqa: ARG002 - as it is called
            if progress is not None:
                progress.step(state.global_step, state.max_steps, self.loss)

        def on_log(self, args: Any, state: Any, control: Any, **others: Any) -> None:  # noqa: ARG002 - as it is called
            self.loss = others["logs"].get("loss", self.loss)
            if progress is not None:
                scores = {name: value for name, value in others["logs"].items() if name.startswith("eval_")}
                if scores:
                    progress.scored({name.removeprefix("eval_"): value for name, value in scores.items()})
                return
            # The trainer takes all epochs for one, so that its epoch says nothing.
            figures = ", ".join(f"{name} {value:.4g}" for name, value in others["logs"].items() if name != "epoch")
            logger.info("step %d of %d: %s", state.global_step, state.max_steps, figures)

    class Patience(EarlyStoppingCallback):  # type: ignore[misc,unused-ignore]
        """Stops a run that goes on from a checkpoint at which it had stopped, where the trainer would forget it."""

        def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            super().on_train_begin(args, state, control, **others)  # type: ignore[no-untyped-call,unused-ignore]
            control.should_training_stop = self.early_stopping_patience_counter >= self.early_stopping_patience

    class Average(TrainerCallback):  # type: ignore[misc,unused-ignore]
        """Takes every step into the average."""

        def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:  # noqa: ARG002 - as it is called
            average.update()

    return [Patience(patience), Average(), Report()]


def _score(recipe: Recipe, data: TrainingData, engine: Engine, tokenizer: Path) -> tuple[SpanScores, Count]:
    """Score a model in the making.

    The dev articles alone would choose an epoch that has learnt nothing new. The new articles that are held out must not
    choose either, since they tell in the end how good the model is. So the new ones that are trained on count beside dev.

    Returns:
        The scores on dev, and the counts over all labels on as many new training articles at most.
    """

    def score(articles: Sequence[AnnotatedArticle]) -> SpanScores:
        labels = scored_labels(recipe.labels.names, articles)
        found = tag_articles(engine, tokenizer, articles, recipe, batch_size=16)
        return score_articles(articles, found, labels, [theme for theme in recipe.labels.themes if theme in labels])

    learnt = score(data.added[: len(data.dev)]) if data.added else None
    return score(data.dev), learnt.entities + learnt.themes_exact if learnt else Count()


def _expect(
    progress: TrainingProgress,
    recipe: Recipe,
    data: TrainingData,
    *,
    model: Any,
    epochs: Sequence[Sequence[Row]],
    collator: Collator,
    device: str,
    done: int,
) -> None:
    """Measure a few steps and tell how long the run will take."""
    batch = recipe.optimizer.batch_size
    per_step = measure_step(model, epochs[0], collator, batch_size=batch, device=device, bf16=recipe.bf16 and runs_bf16(device))
    steps = sum(len(rows) // batch for rows in epochs) - done
    old, repeats = articles_of_epoch(len(data.train), len(data.added), recipe)
    rows = len(epochs[0]) / max(1, old + repeats * len(data.added))
    scored = len(data.dev) + min(len(data.added), len(data.dev))
    whole = estimate(
        per_step,
        steps=steps,
        rows_scored=rows * scored * len(epochs),
        # Three engines on dev, then the model itself and both models on everything.
        rows_compared=rows * 3 * (2 * len(data.dev) + len(data.held_out) + len(data.test)),
        batch_size=batch,
    )
    progress.expected(whole.total, steps=steps, per_step=per_step)


def _run_trainer(
    recipe: Recipe, data: TrainingData, *, model: Any, work: Path, device: str, progress: TrainingProgress | None
) -> None:
    from transformers import PrinterCallback, Trainer

    tokenizer_path = work / TOKENIZER / "tokenizer.json"
    tokenizer = open_tokenizer(tokenizer_path)
    epochs = make_epochs(data.train, tokenizer, bio_labels(recipe.labels.names), recipe, added=data.added)
    batch = recipe.optimizer.batch_size
    # An epoch has as many batches as its shortest twin, so that the steps of an epoch are the same throughout.
    steps = max(1, min(len(rows) for rows in epochs) // batch)
    epochs = [rows[: steps * batch] for rows in epochs]

    collator = Collator(special_pieces(tokenizer).pad)
    checkpoint = from_main(_last_checkpoint(work / CHECKPOINTS) if is_main() else None)
    if progress is not None and is_main():
        done = int(checkpoint.rpartition("-")[2]) if checkpoint else 0
        _expect(progress, recipe, data, model=model, epochs=epochs, collator=collator, device=device, done=done)
    average = WeightAverage(model, recipe.optimizer.average)

    class DevScoringTrainer(Trainer):  # type: ignore[misc,unused-ignore]
        """Scores the dev articles by spans, as extraction would find them."""

        def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
            # One process decides for all: on GPUs two of them may disagree in the last digit, and one would stop alone.
            figures: dict[str, float] = from_main(self._figures() if is_main() else None)
            metrics = {f"{metric_key_prefix}_{name}": figure for name, figure in figures.items()}
            model.train()
            self.log(dict(metrics))
            self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
            return metrics

        def _figures(self) -> dict[str, float]:
            with average.applied():
                scores, learnt = _score(recipe, data, TorchEngine(model, device=device), tokenizer_path)
            return {
                "entities": scores.entities.f1,
                "themes": scores.themes_overlap.f1,
                "f1": (scores.entities + scores.themes_exact + learnt).f1,
            }

        def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
            super().save_model(output_dir, _internal_call)
            if is_main():
                average.save(Path(output_dir or str(self.args.output_dir)) / AVERAGE_FILE)

    arguments = _training_arguments(recipe, work, device=device, steps_per_epoch=steps)
    use_one_gpu(arguments)
    trainer = DevScoringTrainer(
        model=model,
        args=arguments,
        train_dataset=_dataset(epochs),
        eval_dataset=_dataset([epochs[0][:1]]),
        data_collator=collator,
        optimizers=(_optimizer(model, recipe), None),
        callbacks=_callbacks(recipe.optimizer.patience, average, progress),
    )
    trainer.remove_callback(PrinterCallback)
    if checkpoint is not None:
        average.load(Path(checkpoint) / AVERAGE_FILE)
    trainer.train(resume_from_checkpoint=checkpoint)
    if is_main():
        _keep(trainer, average, model=model, work=work)
    wait()


def _keep(trainer: Any, average: WeightAverage, *, model: Any, work: Path) -> None:
    """Write the best epoch's weights, whole or not at all."""
    if trainer.state.best_model_checkpoint is not None:
        average.load(Path(trainer.state.best_model_checkpoint) / AVERAGE_FILE)
    unfinished = work / f"{FITTED}.tmp"
    with average.applied():
        model.float().save_pretrained(unfinished)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(work / TOKENIZER / name, unfinished / name)
    (work / LOG_FILE).write_text(json.dumps(trainer.state.log_history, indent=1) + "\n", encoding="utf-8")
    unfinished.rename(work / FITTED)
