"""``kpu-nlp bulk``: whole archives in; one output, an errors file and a manifest out."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from kpu_nlp.cli.extract import DEVICE, MODEL
from kpu_nlp.cli.interruption import Interrupted, end_process, interruptible
from kpu_nlp.cli.profile import PROFILE, echo_profile

TOO_MANY_FAILED = 3
SOME_FAILED = 4
INTERRUPTED = "Interrupted; what is done is kept. Give the same command again to go on."


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--output", required=True, metavar="OUT", help="Where the extractions go; beside it the errors and the manifest")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "parquet", "sqlite"]),
    help="Of the output; by default what its name ends in, else jsonl",
)
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes or Ray actors; by default one for each core"
)
@click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Windows in one call of the encoder")
@MODEL
@DEVICE
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where the work is done: processes of this machine, or Ray",
)
@click.option(
    "--ray-address", metavar="ADDR", help="HOST:PORT or auto of a running Ray cluster; by default Ray starts on this machine"
)
@click.option("--resume/--fresh", default=True, show_default=True, help="Go on with an interrupted job, or begin anew")
@click.option("--max-errors", metavar="N|RATE", help="End the job where more fail: 20, or 0.05 or 5% of all")
@click.option("--id-field", default="id", show_default=True, metavar="F", help="Where files of records hold the id")
@click.option("--text-field", default="text", show_default=True, metavar="F", help="... the text")
@click.option("--published-field", default="published", show_default=True, metavar="F", help="... the day of publication")
@PROFILE
@click.pass_context
def bulk(
    ctx: click.Context,
    inputs: tuple[str, ...],
    output: str,
    form: Any,
    workers: int | None,
    batch_size: int | None,
    model: Path | None,
    device: str,
    engine: Any,
    ray_address: str | None,
    resume: bool,
    max_errors: str | None,
    id_field: str,
    text_field: str,
    published_field: str,
    with_profile: bool,
) -> None:
    """Extract from every article of whole archives.

    An INPUT is a file or folder of articles (*.txt, *.html), a file of records (JSON Lines, CSV, Parquet), a pattern, an
    address, or - for JSON Lines on standard input. An interrupted job goes on when the same command is given again. An article
    that fails becomes a line of OUT's .errors.jsonl, and the job goes on.

    Exit codes: 0 done; 1 something to mend; 2 wrong usage; 3 more failed than --max-errors allows; 4 done, some failed;
    130 interrupted.

    \b
      kpu-nlp bulk archive/ --output results.jsonl
      kpu-nlp bulk 'archive/**/*.html' more.jsonl --output results.parquet
    """  # noqa: D301 - click reads the backspace
    if ray_address is not None and engine != "ray":
        raise click.UsageError("--ray-address says where Ray is; give --engine ray with it")
    from kpu_nlp.errors import TooManyErrorsError

    try:
        with interruptible(INTERRUPTED) as check, ExitStack() as stack:
            from kpu_nlp.bulk.limits import parse_limit
            from kpu_nlp.bulk.run import Options, run_bulk
            from kpu_nlp.reading.records import Fields
            from kpu_nlp.stages import profiled

            options = Options(
                format=form,
                fields=Fields(id_field, text_field, published_field),
                model=model,
                device=device,
                workers=workers,
                batch_size=batch_size,
                fresh=not resume,
                max_errors=None if max_errors is None else parse_limit(max_errors),
                engine=engine,
                ray_address=ray_address,
            )
            profile = stack.enter_context(profiled())
            result = run_bulk(inputs, output, options=options, progress=_progress(stack), say=_say, check=check)
    except Interrupted as interrupted:
        end_process(INTERRUPTED, interrupted.signal)
    except TooManyErrorsError as error:
        _say(f"Error: {error}")
        ctx.exit(TOO_MANY_FAILED)
    if with_profile and result.books is not None:
        echo_profile(profile, articles=result.books.written)
    _tell(ctx, result, output)


def _tell(ctx: click.Context, result: Any, output: str) -> None:
    from kpu_nlp.bulk.paths import job_paths
    from kpu_nlp.messages import shown

    if result.books is None:
        _say(f"{shown(output)}: finished already, {result.articles} articles; give --fresh to do it again")
        return
    for line in result.books.lines():
        _say(line)
    if result.failed:
        _say(f"Failures: {shown(str(job_paths(Path(output)).errors))}")
        ctx.exit(SOME_FAILED)


def _progress(stack: ExitStack) -> Any:
    """Return what shows the progress until the stack is closed."""

    def start(count: Any) -> Any:
        from kpu_nlp.bulk.progress import show_progress

        return stack.enter_context(show_progress(sys.stderr, count))

    return start


def _say(line: str) -> None:
    click.echo(line, err=True)
