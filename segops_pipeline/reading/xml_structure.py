"""Which element of an XML document is the record, and which columns it has.

What belongs here: the shape of a document, learned in one pass. What doesn't: the values (xml_feed.py).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from segops_pipeline.errors import EmptyFile, UnknownSheet, UnsafeFile
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.xml_events import MOST_DEPTH, XmlPump, local

FEED_RECORDS = {"item", "entry"}  # RSS 2.0 and 1.0, Atom
FAR_MORE = 10
Steps = tuple[str, ...]


@dataclass(slots=True)
class Node:
    """All elements of one path: what is within them, and the most of them that stand side by side in one parent."""

    name: str
    children: dict[str, "Node"] = field(default_factory=dict[str, "Node"])
    attributes: dict[str, None] = field(default_factory=dict[str, None])
    has_text: bool = False
    most: int = 0
    count: int = 0

    @property
    def holds_more(self) -> bool:
        """Whether there is more to it than text."""
        return bool(self.children or self.attributes)


@dataclass(frozen=True, slots=True)
class FeedColumn:
    """One column of the records: the path below the record to its element, and the attribute when it is one."""

    name: str
    path: Steps
    attribute: str | None = None
    is_list: bool = False


class _Survey:
    """Learns the shape of a document."""

    def __init__(self, file_name: str, limits: Limits) -> None:
        self.root = Node("")
        self._open: list[tuple[Node, Counter[str]]] = [(self.root, Counter())]
        self._file_name, self._limits = file_name, limits
        self._nodes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        parent, siblings = self._open[-1]
        siblings[name] += 1
        node = parent.children.get(name)
        if node is None:
            node = parent.children[name] = Node(name)
            self._nodes += 1
        node.count += 1
        for attribute in attributes:
            if not attribute.startswith("xmlns") and attribute not in node.attributes:
                node.attributes[attribute] = None
                self._nodes += 1
        self._open.append((node, Counter()))
        if len(self._open) > MOST_DEPTH:
            raise UnsafeFile("The XML is nested deeper than any table.", "Export it again.", file=self._file_name)
        if self._nodes > 5 * self._limits.max_columns:
            raise self._limits.too_many_columns(self._file_name, 1, self._nodes)

    def end(self, name: str) -> None:  # noqa: ARG002 - the form of a handler
        node, siblings = self._open.pop()
        for child, count in siblings.items():
            node.children[child].most = max(node.children[child].most, count)

    def text(self, data: str) -> None:
        node = self._open[-1][0]
        if not node.has_text and data.strip():
            node.has_text = True


def survey(chunks: Iterable[str], file_name: str, limits: Limits) -> Node:
    """The shape of a document; the node that is given stands above its root.

    Raises:
        DamagedFile, UnsafeFile: it is no XML, or built to harm.
        TooManyColumns: its elements have more names than a table's.
    """
    handler = _Survey(file_name, limits)
    for _ in XmlPump(handler, file_name).run(chunks):
        pass
    return handler.root


def find_record(root: Node, file_name: str, chosen: str | None = None) -> tuple[Steps, Node]:
    """The element that is the record, with its path from the root.

    That is the one a person has chosen by its name or path; else the item or entry of a feed; else of the elements
    that stand repeatedly in one parent and hold more than text the one that does so most, an outer one before the
    ones within it unless those are far more.

    Raises:
        UnknownSheet: no element has the chosen name.
        EmptyFile: there is no such element.
    """
    nodes = [(path, node) for path, node in _walk(root, ()) if node.holds_more]
    if chosen is not None:
        for path, node in nodes:
            if chosen in ("/".join(path), node.name, local(node.name)):
                return path, node
        names = ", ".join(dict.fromkeys("/".join(path) for path, node in nodes if node.most > 1))
        raise UnknownSheet(f"The file has no element '{chosen}'.", f"Choose one of: {names}.", file=file_name)
    for path, node in nodes:
        if local(node.name).lower() in FEED_RECORDS and len(path) <= len(FEED_RECORDS) + 1:
            return path, node
    best: tuple[Steps, Node] | None = None
    for path, node in nodes:
        if node.most > 1 and (best is None or _is_better(path, node, *best)):
            best = path, node
    return best or _only_record(root, nodes, file_name)


def _is_better(path: Steps, node: Node, best_path: Steps, best: Node) -> bool:
    is_within = path[: len(best_path)] == best_path
    return node.most > (FAR_MORE * best.most if is_within else best.most)


def _only_record(root: Node, nodes: list[tuple[Steps, Node]], file_name: str) -> tuple[Steps, Node]:
    """The record of a document that has but one: the innermost element that holds all the others."""
    if not nodes:
        raise EmptyFile("There is no record in the file.", "Choose the file with the table.", file=file_name)
    path: Steps = ()
    node = root
    while len(node.children) == 1 and (inner := next(iter(node.children.values()))).children:
        node, path = inner, (*path, inner.name)
    return (path, node) if path else nodes[0]


def columns_of(record: Node) -> list[FeedColumn]:
    """The columns of the records, named without prefixes; where two would be named alike they keep them."""
    columns = list(_columns(record, ()))
    if record.has_text:
        columns.append(FeedColumn(record.name, ()))
    short = [".".join(map(local, column.name.split("."))) for column in columns]
    alike = Counter(short)
    return [
        FeedColumn(column.name if alike[name] > 1 else name, column.path, column.attribute, column.is_list)
        for column, name in zip(columns, short, strict=True)
    ]


def _columns(node: Node, path: Steps) -> Iterator[FeedColumn]:
    for attribute in node.attributes:
        yield FeedColumn(".".join((*path, attribute)), path, attribute)
    for child in node.children.values():
        inner = (*path, child.name)
        if child.most > 1:
            yield FeedColumn(".".join(inner), inner, is_list=True)
            continue
        if child.has_text or not child.holds_more:
            yield FeedColumn(".".join(inner), inner)
        yield from _columns(child, inner)


def _walk(node: Node, path: Steps) -> Iterator[tuple[Steps, Node]]:
    """Every node below this one, outer ones first."""
    for child in node.children.values():
        inner = (*path, child.name)
        yield inner, child
        yield from _walk(child, inner)
