#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libholdfast.so shows what its list says, under the version it says; the header declares the same, and every
document names all of it.

The list is src/lib/symbols.map. A name that is missing breaks programs that were built against an older
library; one too many is a promise that nobody meant to make.

usage: exported_symbols.py LIBRARY SYMBOLS_MAP HEADER DOCUMENT...
"""
import pathlib
import re
import subprocess
import sys


def listed(map_text):
    """{"hf_evict@@HOLDFAST_0"} from a linker version script; wildcards are no names."""
    text = re.sub(r"/\*.*?\*/", "", map_text, flags=re.S)
    names = set()
    for version, body in re.findall(r"(\w+)\s*{(.*?)}", text, re.S):
        shown = re.search(r"global:(.*?)(?:local:|$)", body, re.S)
        names |= {f"{name}@@{version}" for name in re.findall(r"([^\s;]+);", shown.group(1) if shown else "")}
    return names


def exported(library):
    """Defined dynamic symbols without the versions themselves (type A)."""
    listing = subprocess.run(["nm", "--dynamic", "--defined-only", "--with-symbol-versions", str(library)],
                             check=True, capture_output=True, text=True).stdout
    return {name for kind, name in re.findall(r"^[0-9a-f]+ (\w) (\S+)$", listing, re.M) if kind != "A"}


def declared(header_text):
    text = re.sub(r"/\*.*?\*/", "", header_text, flags=re.S)
    return set(re.findall(r"^HF_PUBLIC\b[^;]*?\b(hf_\w+)\(", text, re.M))


def violations(shown, wanted, header, documents):
    """`documents`: {name: text}."""
    for name in sorted(wanted - shown):
        yield f"{name}: is in the list, but the library does not show it"
    for name in sorted(shown - wanted):
        yield f"{name}: is shown, but not in the list"
    plain = {name.split("@")[0] for name in wanted}
    for name in sorted(plain - header):
        yield f"{name}: is in the list, but the header does not declare it"
    for name in sorted(header - plain):
        yield f"{name}: is declared, but not in the list"
    for document, text in documents.items():
        for name in sorted(plain - spelled_out(text)):
            yield f"{name}: {document} does not name it"


def spelled_out(text):
    """Also what stands as "`hf_gap_detector_create`, `_destroy`"."""
    names = set(re.findall(r"\bhf_\w+", text))
    return names | {f"hf_gap_detector{end}" for end in re.findall(r"`(_\w+)`", text)}


def main():
    library, map_file, header = map(pathlib.Path, sys.argv[1:4])
    wanted = listed(map_file.read_text(encoding="utf-8"))
    documents = {name: pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[4:]}
    found = list(violations(exported(library), wanted, declared(header.read_text(encoding="utf-8")), documents))
    print("\n".join(found) or f"{len(wanted)} symbols, as listed")
    return 1 if found or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
