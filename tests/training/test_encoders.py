"""Encoders other than the one that the shipped model comes from, and how their tokenizers cut words."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.tagging.encoding import encode_text, open_tokenizer
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.tagging.models import open_tagger
from kpu_nlp.tagging.words import split_words
from kpu_nlp.training.base import load_base
from kpu_nlp.training.recipe import read_recipe
from kpu_nlp.training.windows import make_rows

BODIES = [
    "[KPU {place}|ORG] Rapat\n[{place}|GPE], [Ketua|ROLE] [KPU {place}|ORG] [{name}|PERSON] hadir; [{name}|PERSON] di sana.",
    "[{name}|PERSON] ([Ketua|ROLE] [KPU {place}|ORG]) hadir di [{place}|GPE].",
]
PLACES = ("Ngawi", "Jember", "Blitar", "Kediri", "Tuban", "Gresik")
NAMES = ("Rina", "Budi", "Tuti", "Andre")
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TOKENS = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIALS, strict=True))
LABELS = '\n[labels]\nnames = ["PERSON", "ROLE", "ORG", "GPE"]\nthemes = {}\n'


def articles():
    return {f"x-{i}": BODIES[i % 2].format(place=PLACES[i % 6], name=NAMES[i % 4]) for i in range(12)}


def word_piece():
    """A tokenizer as BERT has it: lower case, no accents, marks apart, and the pieces of the articles' words."""
    words = {"kpu", "gelar", "rapat", "ketua", "hadir", "sana", "di", *(word.lower() for word in (*PLACES, *NAMES))}
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("0123456789")
    pieces = [*SPECIALS, *sorted(words), *letters, *(f"##{letter}" for letter in letters), *".,;()-/"]
    tokenizer = Tokenizer(models.WordPiece({piece: index for index, piece in enumerate(pieces)}, unk_token=TOKENS["unk_token"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def metaspace():
    """A tokenizer as XLM-R has it, in which a word's first piece carries the space before it."""
    pieces = [
        *SPECIALS,
        "▁",
        "▁Ketua",
        "▁KPU",
        "▁Nga",
        "wi",
        ",",
        ".",
        "▁(",
        "(",
        ")",
        *"KPUabcdefghijklmnopqrstuvwxyz0123456789",
    ]
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0 / len(piece)) for piece in pieces], unk_id=1))
    tokenizer.normalizer = normalizers.Replace("\n", " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


def byte_level(*, trim):
    """A tokenizer as RoBERTa has it, whose pieces are of bytes; its offsets leave the space out, or do not."""
    pieces = {piece: index for index, piece in enumerate([*sorted(pre_tokenizers.ByteLevel.alphabet()), "ĠK", "PU", "ĠN"])}
    tokenizer = Tokenizer(models.BPE(pieces, [("Ġ", "K"), ("P", "U"), ("Ġ", "N")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if trim:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    return tokenizer


TOKENIZERS = {
    "word piece": word_piece(),
    "metaspace": metaspace(),
    "bytes": byte_level(trim=False),
    "bytes, trimmed": byte_level(trim=True),
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_every_word_has_the_pieces_that_spell_it(name):
    text = "Ketua KPU Ngawi, (KPU)\nKPU  Ngawi."
    encoded = encode_text(TOKENIZERS[name], text)
    assert encoded.has_piece.all()
    tokens = [TOKENIZERS[name].id_to_token(piece) for piece in encoded.pieces.tolist()]
    for index, (start, end) in enumerate(encoded.words):
        pieces = tokens[encoded.first[index] : encoded.first[index + 1]]
        spelt = "".join(pieces).replace("##", "").strip("▁ĠĊ\n")
        assert spelt.lower() == text[start:end].lower(), (pieces, text[start:end])


@pytest.mark.parametrize("name", TOKENIZERS)
@given(
    text=st.text(max_size=30)
    | st.lists(st.sampled_from(["KPU", " ", "\n", "Ngawi", "é", "İ", "\u0301", "½", "\x1c", "👩"])).map("".join)
)
def test_pieces_lie_in_the_order_of_their_words_for_any_text(name, text):
    encoded = encode_text(TOKENIZERS[name], text)
    assert encoded.words == split_words(text)
    assert encoded.first[0] == 0
    assert encoded.first[-1] == len(encoded.pieces)
    assert (encoded.first[1:] >= encoded.first[:-1]).all()
    rows = make_rows(text, [], word_piece(), ["O"], size=60, overlap=16)
    assert all(row["input_ids"][0] == 2 and row["input_ids"][-1] == 3 for row in rows)


@pytest.fixture(scope="module")
def bert_base(tmp_path_factory):
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    tokenizer = word_piece()
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **TOKENS).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_a_bert_with_word_pieces_can_be_the_base(tmp_path, bert_base, write_corpus, write_recipe, run_train):
    bodies = articles()
    corpus = write_corpus(
        tmp_path / "corpus", {"train": bodies, "dev": {f"y-{i}": bodies[f"x-{i}"] for i in range(2)}, "test": {}}
    )
    recipe = write_recipe(tmp_path, "another/base", epochs=48, patience=16, more=LABELS)
    result = run_train(recipe, "--corpus", corpus, "--output", tmp_path / "model", "--base", bert_base)
    assert result.exit_code == 0, result.output
    manifest = read_manifest(tmp_path / "model")
    assert manifest.base == str(bert_base)
    assert manifest.scores["dev"]["entities"].f1 > 0.9
    pieces = open_tokenizer(tmp_path / "model" / "tokenizer.json")
    assert pieces.encode("KÉTUA").tokens == ["[CLS]", "ketua", "[SEP]"]
    tagger, _ = open_tagger(tmp_path / "model", device="cpu")
    body = bodies["x-0"]
    text, gold = parse_body(body)
    # Neither case nor accents nor the width of a space moves an offset: the normaliser's changes stay inside.
    for change in (str, str.upper, lambda text: text.replace("u", "ú"), lambda text: text.replace(" ", "\u00a0")):
        assert [(span.start, span.end, span.label) for span in tagger.tag(change(text))] == [
            (span.start, span.end, span.label) for span in gold
        ]
    decomposed = text.replace("e", "e\u0301")
    assert [span.of(decomposed) for span in tagger.tag(decomposed)] == [span.of(text).replace("e", "e\u0301") for span in gold]
    wide = text.replace(" ", " \u200b\t ")
    words = split_words(wide)
    assert {edge for span in tagger.tag(wide) for edge in ((span.start,), (span.end,))} <= {
        (edge,) for word in words for edge in word
    }
    assert [span.score > 0.5 for span in tagger.tag(text)] == [True] * len(gold)


@pytest.mark.slow
def test_a_model_folder_can_be_the_base_of_the_next_with_one_label_more(
    tmp_path, bert_base, write_corpus, write_recipe, run_train
):
    """The weights of a model folder are in half precision, and its head is for other labels."""
    bodies = articles()
    corpus = write_corpus(tmp_path / "corpus", {"train": bodies, "dev": {"y-1": bodies["x-0"]}, "test": {}})
    recipe = write_recipe(tmp_path, bert_base, epochs=2, more=LABELS)
    arguments = (recipe, "--corpus", corpus)
    assert run_train(*arguments, "--output", tmp_path / "one").exit_code == 0
    recipe.write_text(
        recipe.read_text(encoding="utf-8").replace(str(bert_base), "one").replace('"GPE"]', '"GPE", "INCLUSION"]'),
        encoding="utf-8",
    )
    model, _ = load_base(str(tmp_path / "one"), read_recipe(recipe))
    assert {str(parameter.dtype) for parameter in model.parameters()} == {"torch.float32"}
    assert (model.config.num_labels, model.classifier.weight.shape) == (11, (11, 64))
    assert run_train(*arguments, "--output", tmp_path / "two").exit_code == 0
    assert read_manifest(tmp_path / "two").labels == ("PERSON", "ROLE", "ORG", "GPE", "INCLUSION")


@pytest.mark.parametrize(
    "labels",
    [
        ("PERSON", "ROLE", "ORG", "INCLUSION"),  # one more
        ("ROLE", "PERSON", "ORG"),  # as many, in another order
        ("ORG", "PARTY"),
    ],
)
def test_the_rows_of_known_labels_are_kept_whatever_their_places(tmp_path, bert_base, labels):
    from kpu_nlp.tagging.bio import bio_labels
    from kpu_nlp.training.recipe import Labels, Recipe, Windows

    recipe = Recipe(name="m", version="1.0.0", base="b", windows=Windows(size=62, overlap=16), labels=Labels(themes={}))
    known = ("PERSON", "ROLE", "ORG")
    model, tokenizer = load_base(str(bert_base), recipe.model_copy(update={"labels": Labels(names=known, themes={})}))
    model.classifier.bias.data.normal_()
    model.half().save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    grown, _ = load_base(str(tmp_path / "model"), recipe.model_copy(update={"labels": Labels(names=labels, themes={})}))
    before, after = bio_labels(known), bio_labels(labels)
    assert [grown.config.id2label[index] for index in range(len(after))] == after
    assert grown.classifier.weight.shape == (len(after), 64)
    for index, tag in enumerate(after):
        if tag in before:
            assert (grown.classifier.weight[index] == model.classifier.weight[before.index(tag)].float()).all(), tag
            assert grown.classifier.bias[index] == model.classifier.bias[before.index(tag)].float(), tag
        else:
            like = [row for row, other in enumerate(before) if other[:2] == tag[:2]]
            assert torch.allclose(grown.classifier.weight[index], model.classifier.weight[like].float().mean(dim=0))
            assert torch.allclose(grown.classifier.bias[index], model.classifier.bias[like].float().mean())


def test_the_rows_of_a_new_theme_begin_as_the_mean_of_the_themes(tmp_path, bert_base):
    from kpu_nlp.tagging.bio import bio_labels
    from kpu_nlp.training.recipe import Labels, Recipe, Windows

    known = Labels(names=("PERSON", "COMMITMENT", "COMPETENCY"), themes={"COMMITMENT": "komitmen", "COMPETENCY": "kompetensi"})
    grown = Labels(names=(*known.names, "INCLUSION"), themes={**known.themes, "INCLUSION": "inklusi"})
    recipe = Recipe(name="m", version="1.0.0", base="b", windows=Windows(size=62, overlap=16), labels=known)
    model, tokenizer = load_base(str(bert_base), recipe)
    model.half().save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    after, _ = load_base(str(tmp_path / "model"), recipe.model_copy(update={"labels": grown}))
    old, new = model.classifier.weight.float(), after.classifier.weight
    tags, grown_tags = bio_labels(known.names), bio_labels(grown.names)
    for prefix in "BI":
        mean = old[[tags.index(f"{prefix}-{theme}") for theme in known.themes]].mean(dim=0)
        assert torch.allclose(new[grown_tags.index(f"{prefix}-INCLUSION")], mean)


@pytest.mark.slow
def test_new_articles_train_an_encoder_afresh_beside_the_corpus(tmp_path, bert_base, write_corpus, write_recipe, run_train):
    """Without a recipe that names it: ``--base`` alone, a tokenizer with ``[CLS]``, and a label of its own."""
    import json

    import kpu_nlp

    bodies = articles()
    dev = {f"y-{i}": bodies[f"x-{i}"].replace("hadir", "datang") for i in range(6)}
    corpus = write_corpus(tmp_path / "corpus", {"train": bodies, "dev": dev, "test": {}})
    new = {f"new-{i}": f"{bodies[f'x-{i}']}\nJajaran [membuka akses pemilih {NAMES[i % 4]}|INCLUSION]." for i in range(8)}
    added = write_corpus(tmp_path / "new", {"train": new}) / "articles"
    recipe = write_recipe(tmp_path, "not/used", epochs=24, patience=12)
    result = run_train(
        *("--add", added, "--base", bert_base, "--recipe", recipe, "--corpus", corpus),
        *("--label", "INCLUSION=inklusi", "--output", tmp_path / "fresh"),
    )
    assert result.exit_code in {0, 5}, result.output
    folder = tmp_path / ("fresh" if result.exit_code == 0 else "fresh.rejected")
    manifest = read_manifest(folder)
    assert (manifest.base, manifest.labels[-1], manifest.themes["INCLUSION"]) == (str(bert_base), "INCLUSION", "inklusi")
    assert open_tokenizer(folder / "tokenizer.json").encode("kpu").tokens == ["[CLS]", "kpu", "[SEP]"]
    text, _ = parse_body(new["new-0"])
    assert [theme.theme for theme in kpu_nlp.extract(text, model=folder).themes] == ["inclusion"]
    before = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["before"]
    assert before.startswith("kpu-ner ")
