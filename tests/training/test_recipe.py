import pytest

from kpu_nlp.errors import RecipeError
from kpu_nlp.labels import LABEL_NAMES, THEME_NAMES
from kpu_nlp.training.recipe import Recipe, check_label, read_recipe, recipe_digest, resolve_base

SMALLEST = 'name = "tiny"\nversion = "0.1.0"\nbase = "work/base"\n'


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "tiny.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_smallest_recipe_has_all_labels_and_fitting_windows(write):
    recipe = read_recipe(write(SMALLEST))
    assert recipe.labels.names == LABEL_NAMES
    assert recipe.labels.themes == THEME_NAMES
    assert (recipe.windows.size, recipe.windows.overlap) == (254, 48)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *((name, "capitals, digits and _ only") for name in ("inklusi", "2ND", "A-B", "B-PERSON", "")),
        ("O", "the tag of words outside all spans"),
    ],
)
def test_a_label_is_written_in_capitals_and_no_bio_tag(write, name, message):
    assert check_label("INCLUSION_2") == "INCLUSION_2"
    with pytest.raises(ValueError, match=message):
        check_label(name)
    with pytest.raises(RecipeError, match=message):
        read_recipe(write(f'{SMALLEST}[labels]\nnames = ["PERSON", "{name}"]\nthemes = {{}}\n'))


@pytest.mark.parametrize("step", ["kpu-ner-1.1.0.toml", "kpu-ner-1.2.0.toml", "kpu-ner-1.3.0.toml"])
def test_the_recipes_of_the_shipped_model(request, step):
    recipe = read_recipe(request.config.rootpath / "training" / step)
    assert recipe.name == "kpu-ner"
    assert recipe.labels.names == LABEL_NAMES
    assert recipe.labels.themes == THEME_NAMES


def test_settings_are_read(write):
    recipe = read_recipe(
        write(SMALLEST + 'seed = 5\n[labels]\nnames = ["A", "B"]\n[labels.themes]\nB = "be"\n[optimizer]\nepochs = 2\n')
    )
    assert (recipe.seed, recipe.labels.names, recipe.labels.themes, recipe.optimizer.epochs) == (5, ("A", "B"), {"B": "be"}, 2)


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("sead = 3", "sead: Extra inputs are not permitted"),
        ("[optimizer]\nspeed = 3", r"optimizer\.speed: Extra inputs are not permitted"),
        ("[optimiser]\nepochs = 3", "optimiser: Extra inputs are not permitted"),
        ('seed = "many"', "seed: Input should be a valid integer"),
        ("[optimizer]\nepochs = 0", r"optimizer\.epochs: Input should be greater than 0"),
        ("[optimizer]\nbody_rate = -1e-4", r"optimizer\.body_rate: Input should be greater than 0"),
        ("[optimizer]\nwarmup = 1.0", r"optimizer\.warmup: Input should be less than 1"),
        ("[augmentation]\nupper = 1.5", r"augmentation\.upper: Input should be less than or equal to 1"),
        ("[windows]\nsize = 48", r"windows\.size: Input should be greater than 48"),
        ("[windows]\nsize = 100\noverlap = 34", "windows: .*overlap must be at most a third of size"),
        ("[labels]\nnames = []", "labels: .*names must be a list of different labels"),
        ('[labels]\nnames = ["A", "A"]\nthemes = {}', "labels: .*names must be a list of different labels"),
        ('[labels]\nnames = ["A"]\nthemes = {C = "ce", B = "be"}', "labels: .*themes names labels .* does not list: B, C"),
    ],
)
def test_an_impossible_setting_is_named(write, added, message):
    with pytest.raises(RecipeError, match=rf"tiny\.toml: {message}"):
        read_recipe(write(f"{SMALLEST}{added}\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SMALLEST.replace("tiny", "../tiny"), "name: String should match pattern"),
        (SMALLEST.replace("tiny", "Tiny"), "name: String should match pattern"),
        (SMALLEST.replace("0.1.0", "1.0"), "version: String should match pattern"),
        (SMALLEST.replace("base", "bass"), "base: Field required"),
        ("", "name: Field required"),
        ("name = tiny", "not a TOML file: Invalid value"),
        (b'name = "\xff"', "not a TOML file: "),
    ],
)
def test_a_file_that_is_no_recipe(write, text, message):
    with pytest.raises(RecipeError, match=rf"tiny\.toml: {message}"):
        read_recipe(write(text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RecipeError, match=r"nowhere\.toml: cannot be read: No such file or directory"):
        read_recipe(tmp_path / "nowhere.toml")


def test_a_base_is_a_folder_beside_the_recipe_or_else_a_hub_id(tmp_path):
    recipe = Recipe(name="tiny", version="0.1.0", base="work/base")
    assert resolve_base(recipe, tmp_path) == "work/base"
    (tmp_path / "work" / "base").mkdir(parents=True)
    assert resolve_base(recipe, tmp_path) == str(tmp_path / "work" / "base")


def test_a_digest_tells_recipes_and_corpora_apart():
    recipe = Recipe(name="tiny", version="0.1.0", base="work/base")
    same = Recipe(name="tiny", version="0.1.0", base="work/base")
    digests = [
        recipe_digest(recipe, corpus="a", train=3),
        recipe_digest(recipe, corpus="b", train=3),
        recipe_digest(recipe, corpus="a", train=4),
        recipe_digest(recipe.model_copy(update={"seed": 14}), corpus="a", train=3),
    ]
    assert len(set(digests)) == 4
    assert recipe_digest(same, train=3, corpus="a") == digests[0]


@pytest.mark.parametrize("base", ["./work/base", "../base", "/nowhere/base"])
def test_a_base_that_is_a_path_is_never_looked_for_on_a_hub(tmp_path, base):
    recipe = Recipe(name="m", version="1.0.0", base=base)
    with pytest.raises(RecipeError, match=r"no such folder beside the recipe; build it with training/build_base\.py"):
        resolve_base(recipe, tmp_path)
