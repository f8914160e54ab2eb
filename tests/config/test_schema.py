"""The JSON Schema that editors use says what the reader says, as far as a schema can."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from backtrace import limits
from backtrace.config import layers, nodes, reader, samples, settings
from backtrace.config.cursor import to_number
from backtrace.config.load import example_names, example_text
from backtrace.config.reader import read_problem
from backtrace.config.schema import PATH, schema
from backtrace.derivation.activations import ACTIVATIONS, ActivationRow
from backtrace.derivation.costs import COSTS
from backtrace.derivation.optimizers import CONSTANTS, UPDATE_RULES, UpdateRule
from backtrace.errors import BacktraceError
from backtrace.limits import LINE_CHARACTERS
from backtrace.problem.notation import NOTATIONS, Notation
from backtrace.symbolic.functions import FUNCTIONS, Function, public_functions
from tests.config.test_config import VALID
from tests.config.test_config_errors import BROKEN_STRUCTURE
from tests.runner import ROOT

SCHEMA: dict[str, Any] = json.loads(Path(PATH).read_text(encoding="utf-8"))
DEFINED: dict[str, Any] = SCHEMA["$defs"]
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def instance(node: nodes.Node) -> Any:
    """A config as an editor sees it: YAML 1.2, where `1e-3` is a number and `no` is a text."""
    if isinstance(node, nodes.Sequence):
        return [instance(item) for item in node.items]
    if isinstance(node, nodes.Mapping):
        return {key.text: instance(value) for key, value in node.pairs}
    if node.is_null:
        return None
    number = to_number(node.text) if node.plain else ""
    if isinstance(number, str):
        return node.text
    return int(number.value) if node.text.lstrip("+-").isdecimal() else number.value


def is_accepted(text: str) -> bool:
    return bool(VALIDATOR.is_valid(instance(nodes.compose(text, "c.yaml"))))


def test_the_file_is_what_the_tables_give() -> None:
    assert schema() == SCHEMA, "write it anew: python -m backtrace.config.schema"


def test_a_new_row_is_in_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "bent", ActivationRow("bend*h", "nobody", {"bend": 2}))
    monkeypatch.setitem(COSTS, "none", COSTS["squared_error"])
    monkeypatch.setitem(UPDATE_RULES, "crawl", UpdateRule("nobody", {"learning_rate": None, "pace": 3}, {}))
    monkeypatch.setitem(NOTATIONS, "x-y", Notation("x_{unit}", "y_{unit}"))
    monkeypatch.setitem(FUNCTIONS, "cube", Function("x", textbook="x^3"))
    text = json.dumps(schema())
    for word in ("bent", "bend", "none", "crawl", "pace", "x-y"):
        assert f'"{word}"' in text
    assert " cube" in schema()["$defs"]["formula"]["description"]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", example_names())
def test_a_bundled_config_is_accepted(name: str) -> None:
    VALIDATOR.validate(instance(nodes.compose(example_text(name), name)))


@pytest.mark.parametrize("text", VALID)
def test_what_the_reader_accepts_is_accepted(text: str) -> None:
    VALIDATOR.validate(instance(nodes.compose(text, "c.yaml")))


@pytest.mark.parametrize("text", [text for text, _ in BROKEN_STRUCTURE])
def test_a_config_of_the_wrong_structure_is_refused(text: str) -> None:
    assert not is_accepted(text)


def keys(name: str) -> set[str]:
    """The keys of a mapping that the schema defines."""
    return set(DEFINED[name]["properties"])


def test_the_keys_are_the_readers() -> None:
    assert keys("layers_form") == set(reader.LAYER_KEYS)
    assert keys("equations_form") == set(reader.EQUATION_KEYS)
    assert keys("samples") == set(samples.KEYS)
    assert keys("layer") == set(layers.KEYS)
    assert set(DEFINED["hand"]["anyOf"][1]["properties"]) == set(settings.KINDS)
    assert set(DEFINED["notation"]["anyOf"][1]["properties"]) == set(Notation._fields)


def test_a_pattern_of_the_notation_is_described_with_its_default() -> None:
    for key, usual in Notation()._asdict().items():
        described = DEFINED["notation"]["anyOf"][1]["properties"][key]["description"]
        assert described.endswith(f": {usual}.")


@pytest.mark.parametrize("form", ["layers_form", "equations_form"])
def test_the_first_word_of_a_key_is_described_as_its_default(form: str) -> None:
    for key, words in reader.WORDS.items():
        assert DEFINED[form]["properties"][key]["description"].endswith(f" Default {words[0]}.")


def test_the_activations_and_their_options_are_the_tables() -> None:
    words, mapping = DEFINED["activation"]["anyOf"]
    assert words["enum"] == list(ACTIVATIONS)
    options = {name: set(of.get("properties", ())) for name, of in mapping["properties"].items()}
    assert options == {name: set(row.options) for name, row in ACTIVATIONS.items()}


def test_the_update_rules_and_their_constants_are_the_tables() -> None:
    rules = {
        rule["properties"]["rule"]["const"]: (set(rule["properties"]), set(rule["required"]))
        for rule in DEFINED["update"]["anyOf"]
    }
    assert rules == {
        name: (
            {"rule", *row.constants},
            {"rule", *(c for c, default in row.constants.items() if not default)},
        )
        for name, row in UPDATE_RULES.items()
    }


def test_every_key_is_described() -> None:
    found = 0

    def look(part: Any, path: str) -> None:
        nonlocal found
        if isinstance(part, list):
            for i, inner in enumerate(part):
                look(inner, f"{path}[{i}]")
        if isinstance(part, dict):
            for key, inner in part.get("properties", {}).items():
                found += 1
                assert inner.get("description", "").endswith((".", "E.")), f"{path}.{key}"
            for key, inner in part.items():
                look(inner, f"{path}.{key}")

    look(SCHEMA, "")
    assert found > 80


def test_no_object_lets_unknown_keys_pass() -> None:
    def look(part: Any) -> None:
        if isinstance(part, list):
            for inner in part:
                look(inner)
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict):
                assert part["additionalProperties"] is False
            for inner in part.values():
                look(inner)

    look(SCHEMA)


DOCUMENT = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL))
def test_a_config_in_the_documentation_is_accepted(text: str, tmp_path: Path) -> None:
    (table,) = re.findall(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "data.csv").write_text(table, encoding="utf-8")
    read_problem(text, "c.yaml", tmp_path)
    assert is_accepted(text)


def test_the_documented_error_in_a_file_of_samples_is_told_like_that(tmp_path: Path) -> None:
    (text,) = (text for text in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL) if "data.csv" in text)
    (table,) = re.findall(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "data.csv").write_text(table.replace("-0.3,0", "-0.3,"), encoding="utf-8")
    with pytest.raises(BacktraceError) as caught:
        read_problem(text, "c.yaml", tmp_path)
    assert f"\n    {caught.value}\n" in DOCUMENT


def test_every_key_and_word_is_documented() -> None:
    code = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", DOCUMENT, flags=re.DOTALL))
    written = set(re.findall(r"[\w-]+", " ".join(code)))
    words = {*reader.LAYER_KEYS, *reader.EQUATION_KEYS, *layers.KEYS, *samples.KEYS}
    words |= {*ACTIVATIONS, *COSTS, *UPDATE_RULES, *CONSTANTS, *NOTATIONS, *Notation._fields}
    words.update(public_functions())
    assert words - written == set()


def test_the_documented_path_of_the_schema_is_where_it_is() -> None:
    (code,) = re.findall(r'```console\npython -c "(.*)"\n```', DOCUMENT)
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert printed.stdout.strip() == PATH
    assert Path(PATH).is_file()


def test_the_documented_limits_are_the_readers() -> None:
    documented = [
        f"{limits.FILE_BYTES // 1_000_000} MB",
        f"{limits.YAML_VALUES:,} values",
        f"{limits.WEIGHTS:,} weights",
        f"{limits.UNITS:,} units",
        f"{limits.SOFTMAX_UNITS:,} in a softmax layer",
        f"{limits.SAMPLES:,} samples",
        f"{limits.SAMPLE_NUMBERS:,} numbers in a file of samples",
        f"{limits.EQUATIONS:,} equations",
        f"{LINE_CHARACTERS:,} characters in a formula",
    ]
    words = " ".join(DOCUMENT.split())
    assert [said for said in documented if said not in words] == []
