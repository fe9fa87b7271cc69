"""Packs the tree of a one-module distribution as a build tool would: a wheel and an sdist, byte for byte the same
each time. Arguments: tree, output directory. For tests on machines without build tools.
"""
import io
import os
import re
import sys
import tarfile
import zipfile


def field(text, name):
    found = re.search(r'^%s = "(.*)"$' % re.escape(name), text, re.M)
    return found.group(1) if found else None


def main(tree, out):
    read = lambda name: open(os.path.join(tree, name), encoding="utf-8").read()
    project = read("pyproject.toml")
    name, version = field(project, "name"), field(project, "version")
    points = project.split('[project.entry-points."kalico.plugins"]', 1)[1].split("\n[", 1)[0].strip().replace('"', "")
    headers = ["Metadata-Version: 2.1", "Name: " + name, "Version: " + version, "Summary: " + field(project, "description"), "Requires-Python: " + field(project, "requires-python"), "License: GPL-3.0-or-later"]
    headers += ["Classifier: " + c for c in re.findall(r'"([A-Z][^"]* :: [^"]*)"', project)]
    metadata = "\n".join(headers) + "\nDescription-Content-Type: text/markdown\n\n" + read(field(project, "readme"))
    info = "%s-%s.dist-info/" % (name, version)
    files = {name + ".py": read(name + ".py"), info + "METADATA": metadata, info + "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", info + "entry_points.txt": "[kalico.plugins]\n%s\n" % points}
    files[info + "RECORD"] = "".join("%s,,\n" % path for path in [*files, info + "RECORD"])
    with zipfile.ZipFile(os.path.join(out, "%s-%s-py3-none-any.whl" % (name, version)), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, text in files.items():
            wheel.writestr(zipfile.ZipInfo(path), text)
    with tarfile.open(os.path.join(out, "%s-%s.tar.gz" % (name, version)), "w:gz") as sdist:
        for path, text in {"PKG-INFO": metadata, "pyproject.toml": project, name + ".py": read(name + ".py"), field(project, "readme"): read(field(project, "readme"))}.items():
            entry = tarfile.TarInfo("%s-%s/%s" % (name, version, path))
            data = text.encode()
            entry.size = len(data)
            sdist.addfile(entry, io.BytesIO(data))


main(*sys.argv[1:])
