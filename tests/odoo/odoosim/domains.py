"""Domains, parsed to trees as each version of Odoo parses them, with its words for what is malformed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .faults import ServerError

OPERATORS = frozenset({
    "=", "!=", "<=", "<", ">", ">=", "=?", "=like", "=ilike", "like", "not like", "ilike", "not ilike",
    "in", "not in", "child_of", "parent_of", "any", "not any", "<>",
})
BINARY = {"&", "|"}


@dataclass(slots=True)
class Leaf:
    """One condition."""

    path: str
    operator: str
    value: Any

    def text(self) -> str:
        return repr((self.path, self.operator, self.value))


@dataclass(slots=True)
class Node:
    """`&`, `|` or `!` of parsed domains."""

    operator: str
    parts: list[Leaf | Node | bool]


Tree = Leaf | Node | bool


def parse(domain: Any, version: int = 17) -> Tree:
    """The tree of a domain in Odoo's prefix notation, with its implicit `&`."""
    if not isinstance(domain, (list, tuple)):
        if version >= 19:
            raise ServerError("TypeError", f"Domain() invalid argument type for domain: {domain!r}")
        raise ServerError("AssertionError",
                          "Domains to normalize must have a 'domain' form: a list or tuple of domain components")
    stack: list[Tree] = []
    for token in reversed(domain):
        if token in ("&", "|", "!"):
            arity = 2 if token in BINARY else 1
            if len(stack) < arity:
                raise _malformed(domain, version)
            parts = [stack.pop() for _ in range(arity)]
            stack.append(Node(token, parts))
        else:
            stack.append(_leaf(token, version))
    if not stack:
        return True
    tree = stack[0] if len(stack) == 1 else Node("&", list(reversed(stack)))
    return tree if version >= 19 else _distribute(tree, False)


# 17 pushes `!` down to the leaves, where it turns the operator: no NULL matches either side of an inequality.
TURNED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "!=", "!=": "=", "in": "not in", "not in": "in",
          "like": "not like", "not like": "like", "ilike": "not ilike", "not ilike": "ilike", "any": "not any",
          "not any": "any"}


def _distribute(tree: Tree, negated: bool) -> Tree:
    """The same domain without `!`, but before paths (`not any`) and leaves whose operator has no opposite."""
    if isinstance(tree, bool):
        return tree != negated
    if isinstance(tree, Leaf):
        if not negated:
            return tree
        turned = None if "." in tree.path else TURNED.get(tree.operator)
        return Node("!", [tree]) if turned is None else Leaf(tree.path, turned, tree.value)
    if tree.operator == "!":
        return _distribute(tree.parts[0], not negated)
    operator = {"&": "|", "|": "&"}[tree.operator] if negated else tree.operator
    return Node(operator, [_distribute(part, negated) for part in tree.parts])


def _malformed(domain: Any, version: int) -> ServerError:
    if version >= 19:
        return ServerError("ValueError", f"Domain() malformed domain {domain!r}")
    return ServerError("ValueError", f"Domain {domain!s} is syntactically not correct.")


def _leaf(token: Any, version: int) -> Tree:
    """One condition; what is malformed fails with the words of each version."""
    if version >= 19 and (not isinstance(token, (list, tuple)) or len(token) != 3):
        raise ServerError("ValueError", f"Domain() invalid item in domain: {token!r}")
    try:
        path, operator, value = token
    except (TypeError, ValueError) as error:
        raise ServerError(type(error).__name__, str(error)) from None
    if path in (0, 1) and not isinstance(path, str) and operator == "=" and value == 1:
        return path == 1
    if not isinstance(path, str) or not path or not isinstance(operator, str) or operator.lower() not in OPERATORS:
        shown = (path, operator, value)
        problem = "Invalid operator in condition" if version >= 19 else "Invalid leaf"
        raise ServerError("ValueError", f"{problem} {shown!r}")
    operator = operator.lower().replace("<>", "!=")
    if version >= 19:
        operator, value = _newer(operator, value)
    elif operator in ("in", "not in") and not isinstance(value, (list, tuple, bool)):
        raise ServerError("ValueError", f"Invalid domain term {(path, operator, value)!r}")
    return Leaf(path, operator, value)


def _newer(operator: str, value: Any) -> tuple[str, Any]:
    """19 takes a list after `=` and a single value after `in`."""
    if operator in ("=", "!=") and isinstance(value, (list, tuple)):
        return ("in" if operator == "=" else "not in"), list(value) or [False]
    if operator in ("in", "not in") and not isinstance(value, (list, tuple)):
        return operator, [value]
    return operator, value


def names(tree: Tree) -> set[str]:
    """The first field of every path: tells whether the domain names `active`."""
    if isinstance(tree, Leaf):
        return {tree.path.split(".")[0]}
    if isinstance(tree, Node):
        return set().union(*(names(part) for part in tree.parts))
    return set()


def conjuncts(tree: Tree) -> list[Leaf]:
    """The leaves that every match must satisfy."""
    if isinstance(tree, Leaf):
        return [tree]
    if isinstance(tree, Node) and tree.operator == "&":
        return [leaf for part in tree.parts for leaf in conjuncts(part)]
    return []
