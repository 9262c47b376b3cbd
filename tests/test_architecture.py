"""The dependency rules, read from the sources with ``ast``: who may import whom, and what may stand nowhere."""

import ast
import functools
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_LINES = 400

# What a module of beras may import of beras: everything on a line above its own.
LEVELS = """
registry dtype text
graph
tensor
operation initializers backward_pass
core shape_ops
ops gradient_tape
numpy_rules activations layers losses metrics onehot optimizer callbacks
optimizers trace io precision
model gradcheck
snapshot
datasets preprocess assignment __main__ __init__
"""
LEVEL = {name: level for level, line in enumerate(LEVELS.split("\n")) for name in line.split()}
TOP_LEVEL = LEVEL["assignment"]
# Inside the uppermost line: only these may import their neighbours.
UPPERMOST = {"preprocess": {"datasets"}, "assignment": {"datasets"}, "__main__": {"datasets", "assignment", "__init__"}}

LAZY = {  # third-party modules that `import beras` must not need: the one place where each is imported, in a function
    "pooch": "beras/datasets/mnist_download.py",
    "platformdirs": "beras/datasets/mnist_files.py",
    "safetensors": "beras/io.py",
}
STUDIO_THIRD_PARTY = {"PySide6", "shiboken6", "pyqtgraph", "fast_sugiyama", "threadpoolctl"}
QT_TRAINING = {"worker", "session", "background"}
MAY_PRINT = {
    "beras/callbacks.py": {"print_stats"},
    "beras/__main__.py": None,  # everywhere in the file
    "gui/app.py": None,
    "gui/cli.py": None,
}


@dataclass(frozen=True)
class Import:
    """One import: the module, the names taken from it, and where it stands."""

    module: str
    names: tuple[str, ...]
    line: int
    in_function: bool
    for_types: bool

    def __str__(self) -> str:
        return f"line {self.line}: {self.module} ({', '.join(self.names) or 'the module'})"


@dataclass(frozen=True)
class Source:
    """A source file of the project, parsed."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @functools.cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    def imports(self) -> list[Import]:
        found: list[Import] = []
        collect(self.tree, self.package(), found, in_function=False, for_types=False)
        return found

    def package(self) -> list[str]:
        return list(self.path.relative_to(ROOT).parent.parts)


def collect(node, package, found, in_function, for_types):
    """Every import beneath ``node``; relative ones are made absolute."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            found += [Import(alias.name, (), child.lineno, in_function, for_types) for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            base = ".".join(package[: len(package) - child.level + 1]) + "." if child.level else ""
            module = (base + (child.module or "")).rstrip(".")
            names = tuple(alias.name for alias in child.names)
            found.append(Import(module, names, child.lineno, in_function, for_types))
        else:
            inside = in_function or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            typing_only = for_types or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
            collect(child, package, found, inside, typing_only)


def sources(*folders):
    return [Source(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


BERAS = sources("beras")
GUI = sources("gui")
EVERYTHING = [*BERAS, *GUI, *sources("tests"), *sources("resources"), Source(ROOT / "main.py")]
EVERYTHING = [source for source in EVERYTHING if source.path.exists()]


def each(found):
    return pytest.mark.parametrize("source", found, ids=lambda source: source.name)


def modules_of_beras(imported):
    """The modules of beras that an import reaches, without the prefix: {"tensor"}, {"datasets"}, {"__init__"}."""
    package, *rest = imported.module.split(".")
    if package != "beras":
        return set()
    if rest:
        return {rest[0]}
    modules = {name for name in imported.names if name in LEVEL}
    others = not imported.names or any(name not in LEVEL for name in imported.names)
    return modules | ({"__init__"} if others else set())


def own_module(source):
    """``tensor`` for beras/tensor.py, ``datasets`` for everything in beras/datasets."""
    parts = source.path.relative_to(ROOT / "beras").with_suffix("").parts
    return parts[0]


def is_standard(module):
    return module.split(".")[0] in sys.stdlib_module_names


# -- beras ------------------------------------------------------------------------------------------------------------


def test_every_module_of_beras_has_a_level():
    assert {own_module(source) for source in BERAS} <= set(LEVEL)


@each(BERAS)
def test_beras_needs_the_standard_library_and_numpy_only(source):
    foreign = [
        imported
        for imported in source.imports()
        if imported.module.split(".")[0] not in {"numpy", "beras"} and not is_standard(imported.module)
    ]
    for imported in foreign:
        assert LAZY.get(imported.module.split(".")[0]) == source.name, str(imported)
        assert imported.in_function or imported.for_types, f"{imported} must wait until it is needed"


@each([s for s in BERAS if own_module(s) != "datasets"])
def test_a_module_of_beras_imports_lower_levels_only(source):
    own = own_module(source)
    allowed_neighbours = UPPERMOST.get(own, set())
    for imported in source.imports():
        if imported.for_types:
            continue
        for module in modules_of_beras(imported):
            lower = LEVEL[module] < LEVEL[own]
            assert lower or module in allowed_neighbours or own == "__init__", f"{source.name} {imported}"


@each([s for s in BERAS if own_module(s) == "datasets"])
def test_data_sets_know_the_registry_only(source):
    for imported in source.imports():
        assert modules_of_beras(imported) <= {"datasets", "registry"}, str(imported)


@each(BERAS)
def test_no_module_of_beras_is_imported_inside_a_function(source):
    for imported in source.imports():
        assert not (imported.in_function and modules_of_beras(imported)), str(imported)


def test_importing_beras_loads_nothing_heavy_and_starts_no_thread():
    code = "import sys, threading, beras; print(*sys.modules); assert threading.active_count() == 1"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    )
    loaded = {name.split(".")[0] for name in result.stdout.split()}
    assert not loaded & {"PySide6", "pyqtgraph", "pooch", "requests", "safetensors", "platformdirs", "gui"}


# -- gui --------------------------------------------------------------------------------------------------------------


def part_of(source):
    """``domain``, ``training``, ``state`` or ``views``; ``wiring`` for what lies directly in gui and may know all."""
    parts = source.path.relative_to(ROOT / "gui").parts
    return parts[0] if len(parts) > 1 else "wiring"


def test_every_part_of_the_studio_has_a_rule():
    assert {part_of(source) for source in GUI} == {*MAY_IMPORT, "wiring"}


def has_qt(imported):
    return imported.module.split(".")[0] in {"PySide6", "pyqtgraph", "shiboken6"}


def is_core_qt(imported):
    """QtCore, or QtGui for the undo classes only."""
    names = set(imported.names)
    if imported.module == "PySide6.QtGui":
        return names <= {"QUndoStack", "QUndoCommand"}
    return imported.module == "PySide6.QtCore" or (imported.module == "PySide6" and names == {"QtCore"})


def needs_no_qt(source):
    part = part_of(source)
    return part == "domain" or (part == "training" and source.path.stem not in QT_TRAINING)


@each([source for source in GUI if needs_no_qt(source)])
def test_domain_and_the_inside_of_training_know_no_qt(source):
    for imported in source.imports():
        assert not has_qt(imported), str(imported)


@each([s for s in GUI if part_of(s) == "state" or (part_of(s) == "training" and s.path.stem in QT_TRAINING)])
def test_worker_session_and_state_know_qtcore_only(source):
    for imported in source.imports():
        assert not has_qt(imported) or is_core_qt(imported), str(imported)


MAY_IMPORT = {
    "domain": {"gui.domain"},
    "training": {"gui.domain", "gui.training"},
    "state": {"gui.domain", "gui.training", "gui.state"},
    "views": {"gui.domain", "gui.state", "gui.views"},
}


@each([source for source in GUI if part_of(source) in MAY_IMPORT])
def test_a_part_of_the_studio_imports_the_parts_beneath_it_only(source):
    allowed = MAY_IMPORT[part_of(source)]
    for imported in source.imports():
        if imported.module.split(".")[0] != "gui":
            continue
        reached = [imported.module] if "." in imported.module else [f"gui.{name}" for name in imported.names]
        for module in reached:
            assert ".".join(module.split(".")[:2]) in allowed, f"{source.name} {imported}"


@each([source for source in GUI if part_of(source) == "views"])
def test_views_know_of_beras_the_registry_and_the_trace_only(source):
    for imported in source.imports():
        assert modules_of_beras(imported) <= {"registry", "trace"}, str(imported)


@each(GUI)
def test_the_studio_needs_no_other_package(source):
    for imported in source.imports():
        package = imported.module.split(".")[0]
        known = {"numpy", "beras", "gui", "resources"} | (set() if needs_no_qt(source) else STUDIO_THIRD_PARTY)
        known |= {"fast_sugiyama", "platformdirs"}
        assert package in known or is_standard(package), str(imported)


# -- everywhere -------------------------------------------------------------------------------------------------------


@each(BERAS)
def test_there_is_no_qt_in_beras(source):
    assert "PySide6" not in source.text
    assert not any(has_qt(imported) or imported.module.startswith("gui") for imported in source.imports())


@each(EVERYTHING)
def test_nothing_is_pickled(source):
    for imported in source.imports():
        assert imported.module.split(".")[0] not in {"pickle", "cPickle", "dill", "shelve", "joblib"}, str(imported)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant), f"line {node.value.lineno}"
            assert node.value.value is False, f"line {node.value.lineno}"


def names_of_threads(source):
    """Where a thread, timer thread, pool or process is made: the names and their lines."""
    made = {"Thread", "QThread", "QThreadPool", "QRunnable", "ThreadPoolExecutor", "ProcessPoolExecutor", "Process"}
    for node in ast.walk(source.tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
        if name in made:
            yield f"line {node.lineno}: {name}"


@each([s for s in [*BERAS, *GUI] if not s.name.startswith("gui/training/")])
def test_threads_live_in_the_training_part_only(source):
    assert list(names_of_threads(source)) == []


@each(EVERYTHING)
def test_a_file_can_be_read_in_one_go(source):
    assert len(source.text.splitlines()) <= MAX_LINES


@each([*BERAS, *GUI])
def test_nothing_is_printed_but_by_the_console_and_the_command_line(source):
    functions = MAY_PRINT.get(source.name, set())
    if functions is None:
        return
    tree = source.tree
    allowed = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name in functions
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            assert id(node) in allowed, f"line {node.lineno}"


# -- the reader itself ------------------------------------------------------------------------------------------------


def test_imports_are_read_wherever_they_stand(tmp_path):
    text = (
        "import numpy as np\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import zipfile\n"
        "def f():\n    from beras import tensor\n"
        "class C:\n    def g(self):\n        try:\n            import pooch\n        finally:\n            pass\n"
    )
    found: list[Import] = []
    collect(ast.parse(text), ["beras"], found, in_function=False, for_types=False)
    assert [(i.module, i.in_function, i.for_types) for i in found] == [
        ("numpy", False, False),
        ("typing", False, False),
        ("zipfile", False, True),
        ("beras", True, False),
        ("pooch", True, False),
    ]
    assert modules_of_beras(found[3]) == {"tensor"}


def test_relative_imports_are_made_absolute():
    found: list[Import] = []
    collect(ast.parse("from .graph import Node\nfrom . import tensor"), ["beras"], found, False, False)
    assert [modules_of_beras(imported) for imported in found] == [{"graph"}, {"tensor"}]
