"""Reads Python plugins without running them: a JSON request on standard input, the answer on standard output.
Standard library only, CPython 3.9 and later. Requests: sources, imports, installed, environment, metadata,
setup, unpack. Nothing of the plugin is imported or executed.
"""
import ast
import json
import os
import sys

LOADERS = ("load_config", "load_config_prefix", "register_components")


# ---- sources ----

def _top_names(statements):
    """Names that a module binds at its top level, also below `if`, `try` and `with`."""
    for node in statements:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        yield name.id
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield (alias.asname or alias.name).split(".", 1)[0]
        for field in ("body", "orelse", "finalbody"):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from _top_names(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from _top_names(handler.body)


def _is_type_checking(test):
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _imports(node, lazy, guarded, found):
    """Imports below a node: (module, level, names, line, lazy, guarded)."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                found.append({"module": alias.name, "level": 0, "names": [], "line": child.lineno, "lazy": lazy, "guarded": guarded})
        elif isinstance(child, ast.ImportFrom):
            names = [alias.name for alias in child.names]
            found.append({"module": child.module or "", "level": child.level, "names": names, "line": child.lineno, "lazy": lazy, "guarded": guarded})
        elif isinstance(child, ast.If) and _is_type_checking(child.test):
            for other in child.orelse:
                _imports(ast.Module([other], []), lazy, guarded, found)
        elif isinstance(child, ast.Try):
            catches = any(_catches_import(handler) for handler in child.handlers)
            _imports(ast.Module(child.body, []), lazy, guarded or catches, found)
            for part in [handler.body for handler in child.handlers] + [child.orelse, child.finalbody]:
                _imports(ast.Module(part, []), lazy, guarded, found)
        else:
            inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            _imports(child, lazy or inside, guarded, found)


def _catches_import(handler):
    if handler.type is None:
        return True
    kinds = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(handler.type)}
    return bool(kinds & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _parse(text, file, version=None):
    return ast.parse(text, file) if version is None else ast.parse(text, file, feature_version=version)


def describe_file(path):
    """What one file defines, imports and says of itself."""
    with open(path, "rb") as stream:
        text = stream.read()
    try:
        tree = _parse(text, path)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return {"functions": [], "imports": [], "doc": "", "error": {"line": line, "message": getattr(error, "msg", None) or str(error)}}
    found = []
    _imports(tree, False, False, found)
    names = set(_top_names(tree.body))
    return {
        "functions": [name for name in LOADERS if name in names], "imports": found,
        "doc": ast.get_docstring(tree) or "", "problems": _newer_than_39(tree, text, path),
    }


# ---- what an old Python cannot do ----

_NEWER_MODULES = {"tomllib": "3.11", "wsgiref.types": "3.11", "compression": "3.14", "annotationlib": "3.14"}
_REMOVED_MODULES = {
    "distutils": "3.12", "imp": "3.12", "asyncore": "3.12", "asynchat": "3.12", "smtpd": "3.12", "aifc": "3.13", "audioop": "3.13",
    "cgi": "3.13", "cgitb": "3.13", "chunk": "3.13", "crypt": "3.13", "imghdr": "3.13", "mailcap": "3.13", "nis": "3.13",
    "nntplib": "3.13", "pipes": "3.13", "sndhdr": "3.13", "spwd": "3.13", "sunau": "3.13", "telnetlib": "3.13", "uu": "3.13", "xdrlib": "3.13",
}
_NEWER_NAMES = {
    ("itertools", "pairwise"): "3.10", ("itertools", "batched"): "3.12", ("datetime", "UTC"): "3.11", ("enum", "StrEnum"): "3.11",
    ("typing", "Self"): "3.11", ("typing", "TypeAlias"): "3.10", ("typing", "ParamSpec"): "3.10", ("typing", "Never"): "3.11",
    ("typing", "assert_never"): "3.11", ("typing", "override"): "3.12", ("typing", "NotRequired"): "3.11", ("typing", "TypeGuard"): "3.10",
    ("types", "NoneType"): "3.10", ("types", "UnionType"): "3.10", ("contextlib", "aclosing"): "3.10", ("contextlib", "chdir"): "3.11",
    ("dataclasses", "KW_ONLY"): "3.10", ("math", "cbrt"): "3.11", ("math", "exp2"): "3.11", ("statistics", "linear_regression"): "3.10",
    ("asyncio", "TaskGroup"): "3.11", ("asyncio", "timeout"): "3.11",
}


def _newer_than_39(tree, text, path):
    """Places that fail on one of Python 3.9 to 3.13: line, what, and the versions."""
    problems = []
    try:
        _parse(text, path, (3, 9))
    except SyntaxError as error:
        problems.append({"line": error.lineno or 1, "what": error.msg, "versions": "3.9"})
    lazy = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" and any(a.name == "annotations" for a in node.names) for node in tree.body)
    found = []
    _imports(tree, False, False, found)
    for one in found:
        if one["guarded"] or one["level"]:
            continue
        for name in [one["module"], one["module"].split(".", 1)[0]]:
            if name in _NEWER_MODULES:
                problems.append({"line": one["line"], "what": "module %s is new in Python %s" % (name, _NEWER_MODULES[name]), "versions": "before " + _NEWER_MODULES[name]})
                break
            if name in _REMOVED_MODULES:
                problems.append({"line": one["line"], "what": "module %s is gone since Python %s" % (name, _REMOVED_MODULES[name]), "versions": "from " + _REMOVED_MODULES[name]})
                break
        for name in one["names"]:
            since = _NEWER_NAMES.get((one["module"], name))
            if since is not None:
                problems.append({"line": one["line"], "what": "%s.%s is new in Python %s" % (one["module"], name, since), "versions": "before " + since})
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            since = _NEWER_NAMES.get((node.value.id, node.attr))
            if since is not None:
                problems.append({"line": node.lineno, "what": "%s.%s is new in Python %s" % (node.value.id, node.attr, since), "versions": "before " + since})
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "zip" and any(k.arg == "strict" for k in node.keywords):
            problems.append({"line": node.lineno, "what": "zip(strict=…) is new in Python 3.10", "versions": "before 3.10"})
        elif type(node).__name__ == "TryStar" or type(node).__name__ in ("TypeAlias", "TypeVar"):
            problems.append({"line": node.lineno, "what": "syntax of a newer Python (%s)" % type(node).__name__, "versions": "before 3.11"})
    if not lazy:
        problems += [{"line": line, "what": 'an annotation "X | Y" is evaluated: it needs Python 3.10, or "from __future__ import annotations"', "versions": "before 3.10"} for line in _unions(tree)]
    unique = {(p["line"], p["what"]): p for p in problems}
    return [unique[key] for key in sorted(unique)]


def _unions(tree):
    """Lines of evaluated annotations with `|`."""
    for node in ast.walk(tree):
        notes = []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            every = node.args.posonlyargs + node.args.args + node.args.kwonlyargs + [a for a in (node.args.vararg, node.args.kwarg) if a]
            notes = [a.annotation for a in every] + [node.returns]
        elif isinstance(node, (ast.Module, ast.ClassDef)):
            notes = [child.annotation for child in node.body if isinstance(child, ast.AnnAssign)]
        for note in notes:
            if note is not None and any(isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.BitOr) for inner in ast.walk(note)):
                yield note.lineno


def sources(request):
    return {file: describe_file(os.path.join(request["root"], file)) for file in request["files"]}


# ---- environments ----

def imports(request):
    """Which of some top-level modules can be found: in the given directories, else in this environment."""
    import importlib.machinery
    found = {}
    for name in request["names"]:
        if name in sys.builtin_module_names or name in getattr(sys, "stdlib_module_names", ()):
            found[name] = True
            continue
        try:
            found[name] = importlib.machinery.PathFinder.find_spec(name, list(request["paths"]) + sys.path) is not None
        except (ImportError, ValueError):
            found[name] = False
    return found


def stdlib(request):
    """Which of some top-level names belong to the standard library."""
    import importlib.machinery
    known = getattr(sys, "stdlib_module_names", None)
    folder = os.path.dirname(os.__file__)
    if known is None:
        return {name: name in sys.builtin_module_names or importlib.machinery.PathFinder.find_spec(name, [folder]) is not None for name in request["names"]}
    return {name: name in known for name in request["names"]}


def _message(text):
    """Headers and body of METADATA or PKG-INFO."""
    import email.parser
    import email.policy
    message = email.parser.Parser(policy=email.policy.compat32).parsestr(text)
    body = message.get_payload()
    return {"headers": [[key, str(value)] for key, value in message.items()], "body": body if isinstance(body, str) else ""}


def metadata(request):
    with open(request["file"], encoding="utf-8", errors="replace") as stream:
        return _message(stream.read())


def _normal(name):
    import re
    return re.sub(r"[-_.]+", "-", name).lower()


def _entries(distribution):
    return [[point.name, point.value] for point in distribution.entry_points if point.group == "kalico.plugins"]


def environment(_request):
    """Distributions with entry points of the group, in the order of their discovery."""
    import importlib.metadata
    found = []
    for distribution in importlib.metadata.distributions():
        entries = _entries(distribution)
        if entries:
            found.append({"name": distribution.metadata["Name"], "version": distribution.version, "entryPoints": entries})
    return found


def installed(request):
    """One installed distribution: metadata, entry points, files relative to `base`."""
    import importlib.metadata
    for distribution in importlib.metadata.distributions():
        if _normal(distribution.metadata["Name"] or "") != _normal(request["name"]):
            continue
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        files = [str(path) for path in distribution.files or []]
        base = str(distribution.locate_file(""))
        return {
            "found": True, "metadata": _message(text), "entryPoints": _entries(distribution), "files": files, "base": base,
            "wheel": distribution.read_text("WHEEL"), "directUrl": distribution.read_text("direct_url.json"), "paths": [path for path in sys.path if os.path.isdir(path)],
        }
    names = sorted({distribution.metadata["Name"] for distribution in importlib.metadata.distributions() if _entries(distribution)})
    return {"found": False, "plugins": names}


# ---- setup.py and setup.cfg ----

def setup(request):
    """What setup.cfg and literal arguments of setup() say."""
    import configparser
    said = {}
    cfg = os.path.join(request["root"], "setup.cfg")
    if os.path.isfile(cfg):
        parser = configparser.RawConfigParser()
        try:
            parser.read(cfg, encoding="utf-8")
        except configparser.Error as error:
            said["problem"] = "setup.cfg: %s" % (error,)
        else:
            said.update({key: value for key, value in (parser.items("metadata") if parser.has_section("metadata") else [])})
            if parser.has_option("options.entry_points", "kalico.plugins"):
                said["entry_points"] = {"kalico.plugins": parser.get("options.entry_points", "kalico.plugins")}
            for key in ("python_requires", "install_requires"):
                if parser.has_option("options", key):
                    said[key] = parser.get("options", key)
    script = os.path.join(request["root"], "setup.py")
    if os.path.isfile(script):
        try:
            with open(script, "rb") as stream:
                tree = ast.parse(stream.read(), script)
        except (SyntaxError, ValueError) as error:
            said["problem"] = "setup.py: %s" % (error,)
            return said
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "setup":
                for keyword in node.keywords:
                    try:
                        said[keyword.arg] = ast.literal_eval(keyword.value)
                    except (ValueError, TypeError, SyntaxError):
                        said.setdefault("dynamic", []).append(keyword.arg)
    return json.loads(json.dumps(said, default=list))


# ---- archives ----

class Refused(Exception):
    """The archive is not unpacked."""


def _target(into, name):
    clean = name.replace("\\", "/")
    parts = [part for part in clean.split("/") if part not in ("", ".")]
    if clean.startswith("/") or ".." in parts or any(":" in part for part in parts[:1]) or "\0" in clean:
        raise Refused('the entry "%s" leads out of the archive' % name)
    return os.path.join(into, *parts) if parts else None


def _copy(stream, path, left):
    """Copies at most `left` bytes; how many it were."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    copied = 0
    with open(path, "wb") as out:
        while True:
            chunk = stream.read(65536)
            if not chunk:
                return copied
            copied += len(chunk)
            if copied > left:
                raise Refused("it unpacks to more bytes than are allowed")
            out.write(chunk)


def unpack(request):
    """Unpacks plain files of a zip or tar file; links and devices are left out and named."""
    import tarfile
    import zipfile
    archive, into, left, most = request["archive"], request["into"], request["bytes"], request["files"]
    skipped, count = [], 0
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as source:
                for entry in source.infolist():
                    if entry.is_dir():
                        continue
                    path = _target(into, entry.filename)
                    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
                        skipped.append(entry.filename)
                        continue
                    count += 1
                    if count > most:
                        raise Refused("it holds more than %d files" % most)
                    if path is not None:
                        with source.open(entry) as stream:
                            left -= _copy(stream, path, left)
        elif tarfile.is_tarfile(archive):
            with tarfile.open(archive) as source:
                for entry in source:
                    count += 1
                    if count > most:
                        raise Refused("it holds more than %d files" % most)
                    if entry.isdir():
                        continue
                    path = _target(into, entry.name)
                    if not entry.isfile():
                        skipped.append(entry.name)
                        continue
                    if path is not None:
                        left -= _copy(source.extractfile(entry), path, left)
        else:
            raise Refused("it is neither a zip nor a tar file")
    except Refused as error:
        return {"error": str(error)}
    except (OSError, EOFError, RuntimeError, ValueError, NotImplementedError, zipfile.BadZipFile, tarfile.TarError) as error:
        return {"error": "it is damaged (%s)" % (error,)}
    except Exception as error:  # zlib.error, lzma.LZMAError
        return {"error": "it is damaged (%s: %s)" % (type(error).__name__, error)}
    return {"skipped": skipped}


REQUESTS = {"sources": sources, "imports": imports, "stdlib": stdlib, "installed": installed, "environment": environment, "metadata": metadata, "setup": setup, "unpack": unpack}


def main():
    request = json.loads(sys.stdin.read())
    sys.stdout.write(json.dumps(REQUESTS[request["do"]](request)))


if __name__ == "__main__":
    main()
