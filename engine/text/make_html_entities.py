"""Writes html_entities.inc: HTML 5's named character references (html.spec.whatwg.org, entities.json), as Python ships them.

    python make_html_entities.py > html_entities.inc
"""
from html.entities import html5


def escaped(text):
    return "".join(f"\\{byte:03o}" for byte in text.encode())


print("// Made by make_html_entities.py: {name without '&', UTF-8}, sorted by name. Names without ';' are the legacy ones.")
line = ""
for name in sorted(html5):  # ASCII names: the same order as std::string_view's
    item = f'{{"{name}", "{escaped(html5[name])}"}},'
    if len(line) + len(item) + 1 > 120:
        print(line)
        line = ""
    line += (" " if line else "") + item
print(line)
