"""Where functions begin and end: a light reader of C++ that follows braces, and Python's own parser.

It need not know C++: at each opening brace it looks at the words since the last `;`, `{` or `}` and
says whether a scope, a type, a function or something else begins. What is in a function is skipped.
"""

import ast
import collections
import re

Function = collections.namedtuple("Function", "name first last")

DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.M)
CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b")
SCOPE = re.compile(r'\bnamespace\b|^\s*extern\s*""\s*$')
TYPE = re.compile(r"\b(class|struct|union|enum)\b")
NAME = re.compile(r"([~\w:]+|operator\s*\S{1,3})\s*\($")


def cpp_functions(code):
    """Functions in C++ without comments and strings."""
    code = DIRECTIVE.sub(lambda match: "\n" * match.group().count("\n"), drop_else(code))
    found, stack = [], []
    head_start = 0
    for match in re.finditer(r"[{};]", code):
        at, sign = match.start(), match.group()
        inside = stack and stack[-1][0] == "function"
        if sign == "{":
            stack.append(opening(code, head_start, at, inside))
        elif sign == "}" and stack:
            kind, name, start = stack.pop()
            # A brace in a list of initialisers ends, and the function's own comes.
            if kind == "function" and not re.match(r"\s*,|\s*\{", code[at + 1:]):
                found.append(Function(name, line(code, start), line(code, at)))
            elif kind == "function":
                continue
        if not (stack and stack[-1][0] in ("function", "inner")):
            head_start = at + 1
    return found


def opening(code, head_start, at, inside):
    head = code[head_start:at]
    if inside:
        return "inner", "", at
    start = head_start + len(head) - len(head.lstrip())
    name = function_name(head)
    if SCOPE.search(head) and "(" not in head:
        return "scope", "", start
    if name is not None and not re.search(r"=\s*$", head):
        return "function", name, start
    if TYPE.search(head):
        return "type", "", start
    return "inner", "", start


def function_name(head):
    """The word before the first parenthesis that is not an attribute's; None when there is none."""
    head = re.sub(r"__attribute__\s*\(\(.*?\)\)|GRAPE_THREAD_ATTRIBUTE\s*\(.*?\)\)?|alignas\s*\(.*?\)",
                  "", head, flags=re.S)
    opens = head.find("(")
    if opens < 0:
        return None
    match = NAME.search(head[:opens + 1])
    return match.group(1) if match else None


def drop_else(code):
    """Keeps the first branch of each #if, so that the braces of both do not add up."""
    kept, skipping = [], []
    for text in code.split("\n"):
        match = CONDITION.match(text)
        word = match.group(1) if match else ""
        if word.startswith("if"):
            skipping.append(False)
        elif word in ("else", "elif") and skipping:
            skipping[-1] = True
        elif word == "endif" and skipping:
            skipping.pop()
        kept.append("" if any(skipping) else text)
    return "\n".join(kept)


def line(code, offset):
    return code.count("\n", 0, offset) + 1


def python_functions(text):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [Function(node.name, node.lineno, node.end_lineno)
            for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
