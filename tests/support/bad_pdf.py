"""PDF files that do harm to a careless reader: bombs, loops, fans. None of them holds anything worth reading."""

import zlib


def file_of(objects: dict[int, bytes], *, trailer: bytes = b"/Root 1 0 R", prev: int | None = None) -> bytes:
    """Write numbered objects as a file with a cross-reference table."""
    out = b"%PDF-1.7\n"
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    size = max(objects) + 1
    loop = b" /Prev %d" % (start if prev is None else prev) if prev is not None else b""
    return out + b"trailer\n<< /Size %d %s%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, loop, start)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), entries) + content + b"\nendstream"


def _with_content(content: bytes, resources: bytes = b"<< /Font << /F 5 0 R >> >>", **more: bytes) -> bytes:
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources " + resources + b" >>",
        4: content,
        5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
    }
    return file_of(objects | {int(name.removeprefix("o")): body for name, body in more.items()})


_TEXT = b"BT /F 9 Tf 40 700 Td (hola) Tj ET"
_HUGE = zlib.compress(bytes(300 * 1024 * 1024), 9)


def flate_bomb() -> bytes:
    return _with_content(stream(_HUGE, b"/Filter /FlateDecode"))


def double_flate_bomb() -> bytes:
    return _with_content(stream(zlib.compress(_HUGE), b"/Filter [/FlateDecode /FlateDecode]"))


def page_tree_loop() -> bytes:
    return file_of({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"})


def page_tree_of_fans() -> bytes:
    """Ten levels of ten kids each."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    for level in range(10):
        kids = b" ".join(b"%d 0 R" % (level + 3) for _kid in range(10))
        objects[level + 2] = b"<< /Type /Pages /Kids [" + kids + b"] /Count 10 >>"
    objects[12] = b"<< /Type /Page /MediaBox [0 0 612 792] >>"
    return file_of(objects)


def form_loop() -> bytes:
    own = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 7 0 R >> >>"
    return _with_content(stream(b"/X Do"), b"<< /XObject << /X 7 0 R >> >>", o7=stream(b"/X Do /X Do", own))


def form_fan() -> bytes:
    """Twelve levels of twenty drawings each."""
    more = {}
    for level in range(12):
        own = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>" % (level + 8)
        more[f"o{level + 7}"] = stream(b"/X Do " * 20, own)
    more["o19"] = stream(b"0 0 m 1 1 l S", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return _with_content(stream(b"/X Do"), b"<< /XObject << /X 7 0 R >> >>", **more)


def character_map_bomb() -> bytes:
    cmap = b"begincmap 1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange endcmap"
    return _with_content(stream(_TEXT), o6=stream(cmap))


def table_loop() -> bytes:
    whole = _with_content(stream(_TEXT))
    start = int(whole.rpartition(b"startxref\n")[2].split()[0])
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % start)


def deep_array() -> bytes:
    return _with_content(stream(b"[" * 200_000 + b"]" * 200_000 + b" TJ"))


def deep_object() -> bytes:
    return file_of({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"[" * 100_000 + b"]" * 100_000})


def many_letters() -> bytes:
    return _with_content(stream(b"BT /F 9 Tf " + b"(" + b"a" * 1_000_000 + b") Tj ET"))


def run_length_bomb() -> bytes:
    return _with_content(stream(b"\x81a" * 2_000_000, b"/Filter /RunLengthDecode"))


def object_stream_loop() -> bytes:
    return file_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: stream(b"2 0 << /Kids [2 0 R] >>", b"/Type /ObjStm /N 1 /First 4 /Extends 2 0 R"),
        }
    )


def length_loop() -> bytes:
    return _with_content(b"<< /Length 4 0 R >>\nstream\n" + _TEXT + b"\nendstream")


ALL = (
    flate_bomb,
    double_flate_bomb,
    page_tree_loop,
    page_tree_of_fans,
    form_loop,
    form_fan,
    character_map_bomb,
    table_loop,
    deep_array,
    deep_object,
    many_letters,
    run_length_bomb,
    object_stream_loop,
    length_loop,
)
