"""Promises of the checkout as a whole: pins in step, all shipped and documented, nothing of one machine in it."""

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
EXTRAS = [Requirement(line) for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
CONSTRAINTS = [Requirement(line) for line in PROJECT["tool"]["uv"]["constraint-dependencies"]]
SUPPORTED_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
README = (ROOT / "README.md").read_text(encoding="utf-8")
# A home folder or a drive: nothing of one machine belongs in the project. The parts are apart so as not to find this.
ONE_MACHINE = re.compile(
    "|".join(["/ho" + "me/[a-z]", "/Us" + "ers/[A-Za-z]", "/ro" + "ot/", "/wo" + "rk/", r"[A-Z]:\\\\Us" + "ers"])
)
REGISTRIES = re.compile("|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)"]))
TEXT = {".py", ".md", ".toml", ".json", ".csv", ".yml", ".yaml", ".svg", ".txt", ""}


def tracked():
    """The files of the checkout that git knows, or all of an unpacked copy's."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607 wherever it is
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def pins(requirements, python):
    """The pinned version of each package on a Python."""
    environment = {"python_version": python, "python_full_version": f"{python}.9"}
    return {
        each.name: str(each.specifier)
        for each in requirements
        if each.marker is None or each.marker.evaluate(environment)
    }


def public(package):
    """Every public module, function and class of a package, by its full name."""
    root = importlib.import_module(package)
    names = [found.name for found in pkgutil.walk_packages(root.__path__, f"{package}.")]
    for module in map(importlib.import_module, [package, *names]):
        yield module.__name__, module
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if own and not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value)):
                yield f"{module.__name__}.{name}", value


# pins ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", DEPENDENCIES + EXTRAS + CONSTRAINTS, ids=str)
def test_every_version_is_exact(requirement):
    assert requirement.url is None
    assert [each.operator for each in requirement.specifier] == ["=="]
    assert "*" not in str(requirement.specifier)


@pytest.mark.parametrize("python", SUPPORTED_PYTHONS)
def test_pip_and_uv_install_the_same(python):
    direct, everything = pins(DEPENDENCIES + EXTRAS, python), pins(CONSTRAINTS, python)
    assert direct.items() <= everything.items()
    assert set(direct) == {each.name for each in DEPENDENCIES + EXTRAS}


def test_the_tools_of_the_tests_are_pinned():
    everything = pins(CONSTRAINTS, "3.11")
    assert {Requirement(line).name for line in PROJECT["dependency-groups"]["dev"]} <= set(everything)


def test_what_the_product_imports_is_a_dependency():
    own = {"analysis", "data", "reports", "pages", "app", "cli", "jobs"}
    sources = [path for path in tracked() if path.relative_to(ROOT).parts[0].removesuffix(".py") in own]
    nodes = [node for path in sources if path.suffix == ".py" for node in ast.walk(ast.parse(path.read_bytes()))]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    needed = {name.split(".")[0] for name in imported} - own - sys.stdlib_module_names
    # Scipy belongs to the product's given stack: the solver of its assignment plans.
    assert needed | {"scipy"} == {each.name.replace("-", "_") for each in DEPENDENCIES + EXTRAS}


# what is shipped ----------------------------------------------------------------------------------------------------


def test_every_package_is_listed():
    found = {
        str(path.parent.relative_to(ROOT)).replace(os.sep, ".") for path in tracked() if path.name == "__init__.py"
    }
    shipped = {name for name in found if name.split(".")[0] in ("analysis", "data", "jobs", "reports", "pages")}
    assert shipped == set(PROJECT["tool"]["setuptools"]["packages"])


def test_every_data_file_of_a_package_is_shipped():
    declared = {
        path
        for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    beside = {
        p for p in tracked() if p.relative_to(ROOT).parts[0] in ("analysis", "data", "pages") and p.suffix != ".py"
    }
    assert beside <= declared


def test_what_the_embedded_states_need_is_small():
    files = [path for path in (ROOT / "data" / "demo").iterdir() if path.suffix in (".parquet", ".json")]
    assert {path.stem.rsplit("-", 1)[0] for path in files if path.suffix == ".parquet"} == {
        "franklin",
        "california-2000",
    }
    assert sum(path.stat().st_size for path in files) <= 4_000_000


# what is written ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["analysis", "data", "pages.plan", "pages.sections", "pages.shared", "pages.words"])
def test_everything_public_is_documented(package):
    assert [name for name, value in public(package) if not inspect.getdoc(value)] == []


@pytest.mark.parametrize("command", ["uv run evenground", "uv run pytest", "pip install -e ."])
def test_the_readme_says_how_to_start(command):
    assert command in README


def test_the_readmes_test_command_is_what_ci_runs():
    command = "python -m pip install uv && uv run pytest"
    assert command in README
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readme_links_to_what_is_there():
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_decision_records_have_a_number_a_title_and_reasons():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert records
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), f"{path.name} has no number and title"
        assert len(text.split()) > 30, f"{path.name} gives no reasons"


# nothing of one machine ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forbidden", [ONE_MACHINE, REGISTRIES], ids=["paths of a machine", "registry hosts"])
def test_no_file_names_what_is_one_machines_own(forbidden):
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix in TEXT and (match := forbidden.search(path.read_text(encoding="utf-8", errors="ignore")))
    ]
    assert found == []


def test_no_lock_file_is_kept():
    assert [path.name for path in tracked() if path.name.endswith(".lock") or path.name == "package-lock.json"] == []
