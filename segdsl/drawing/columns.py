"""What stands in one line: points of a layered graph that keep their places beside each other, moved as one.

An edge that is the only one at its box runs straight if no other straight one crosses it, so that what follows one
another stands under one another. Columns keep their distances in every layer, and each stands as near as can be to
where its neighbours are.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import pairwise

from attrs import define, field

WORK = 12_000
"""Columns times passes, about: a large picture comes to rest in fewer passes than a small one."""

LEAST_PASSES, MOST_PASSES = 6, 40
AT_REST = 0.1


@define(eq=False)
class Columns:
    """`of` is the column of each point, `off` its place beside that of its column. `apart` are, for each column, those
    on its left with the distance to keep."""

    of: list[int]
    off: list[float]
    x: list[float]
    apart: list[dict[int, float]] = field(factory=list)
    order: list[int] = field(factory=list)
    pulls: list[list[tuple[int, float]]] = field(factory=list)

    @classmethod
    def made(
        cls, layers: Sequence[Sequence[int]], straight: Sequence[tuple[int, int, float]], x: Sequence[float],
        distance: Callable[[int, int], float],
    ) -> "Columns":  # fmt: skip
        """Columns of the points in `layers`, which stand at `x`. `straight` are the edges that should run straight,
        the most urgent first: an upper and a lower point, and how far right of the upper the lower one is then."""
        of, off = _joined(layers, straight, len(x))
        numbers = {leader: number for number, leader in enumerate(dict.fromkeys(of))}
        columns = cls([numbers[leader] for leader in of], off, [0.0] * len(numbers))
        count = [0] * len(numbers)
        for point, column in enumerate(columns.of):
            columns.x[column] += x[point] - off[point]
            count[column] += 1
        columns.x = [total / many for total, many in zip(columns.x, count, strict=True)]
        columns._keep_apart(layers, distance)
        return columns

    def _keep_apart(self, layers: Sequence[Sequence[int]], distance: Callable[[int, int], float]) -> None:
        self.apart = [{} for _ in self.x]
        right: list[set[int]] = [set() for _ in self.x]
        for layer in layers:
            for a, b in pairwise(layer):
                gap = distance(a, b) + self.off[a] - self.off[b]
                left = self.apart[self.of[b]]
                left[self.of[a]] = max(gap, left.get(self.of[a], gap))
                right[self.of[a]].add(self.of[b])
        missing = [len(left) for left in self.apart]
        ready = [column for column, many in enumerate(missing) if many == 0]
        while ready:
            column = ready.pop()
            self.order.append(column)
            for each in sorted(right[column]):
                missing[each] -= 1
                if missing[each] == 0:
                    ready.append(each)

    def settle(self, edges: Sequence[tuple[int, int, float]]) -> list[float]:
        """Where each point stands. `edges` are all of them, as `straight` above."""
        self.pulls = [[] for _ in self.x]
        for upper, lower, right in edges:
            a, b = self.of[upper], self.of[lower]
            if a != b:
                beside = self.off[upper] + right - self.off[lower]
                self.pulls[b].append((a, beside))
                self.pulls[a].append((b, -beside))
        self.x = self._stood(self.x)
        for _ in range(max(LEAST_PASSES, min(MOST_PASSES, WORK // len(self.x)))):
            before = self.x
            self.x = self._stood([self._wanted(column) for column in range(len(self.x))])
            if max((abs(a - b) for a, b in zip(before, self.x, strict=True)), default=0.0) < AT_REST:
                break
        return [self.x[column] + off for column, off in zip(self.of, self.off, strict=True)]

    def _wanted(self, column: int) -> float:
        """Half way from where it stands to the mean of where its neighbours want it."""
        pulls = self.pulls[column]
        if not pulls:
            return self.x[column]
        return (self.x[column] + sum(self.x[other] + beside for other, beside in pulls) / len(pulls)) / 2

    def _stood(self, wanted: list[float]) -> list[float]:
        """Near the wanted places, all distances kept: what is too near is put together, and moved as one."""
        blocks = Blocks(wanted, [max(1.0, len(pulls)) for pulls in self.pulls], self.apart)
        for column in self.order:
            blocks.add(column)
        # Rounding, and what a block took along, may have left a trace of too little: nothing may overlap.
        x = blocks.places()
        for column in self.order:
            for left, gap in self.apart[column].items():
                x[column] = max(x[column], x[left] + gap)
        return x


@define(eq=False)
class Blocks:
    """Columns that touch, and so move together, each at its distance from the block's place. As pooling for isotonic
    regression, where a block may touch several on its left: `open` are those of its columns that have something of
    another block on their left, this, and the distance to keep."""

    wanted: list[float]
    weights: list[float]
    apart: list[dict[int, float]]
    block: list[int] = field(factory=list)
    offset: list[float] = field(factory=list)
    members: dict[int, list[int]] = field(factory=dict)
    open: dict[int, list[tuple[int, int, float]]] = field(factory=dict)
    place: dict[int, float] = field(factory=dict)
    weight: dict[int, float] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.block = list(range(len(self.wanted)))
        self.offset = [0.0] * len(self.wanted)

    def add(self, column: int) -> None:
        self.members[column] = [column]
        self.open[column] = [(left, column, gap) for left, gap in self.apart[column].items()]
        self.place[column] = self.wanted[column]
        self.weight[column] = self.weights[column]
        block = column
        while True:
            worst, most = None, 1e-9
            # Inside a block nothing can be too near any more.
            self.open[block] = [each for each in self.open[block] if self.block[each[0]] != block]
            for each in self.open[block]:
                left, member, gap = each
                other = self.place[self.block[left]] + self.offset[left]
                lacking = other + gap - self.place[block] - self.offset[member]
                if lacking > most:
                    worst, most = each, lacking
            if worst is None:
                return
            block = self._merge(*worst)

    def _merge(self, left: int, right: int, gap: float) -> int:
        """Join two blocks so that `right` stands `gap` right of `left`; their number is that of the larger."""
        kept, gone = self.block[left], self.block[right]
        shift = self.offset[left] + gap - self.offset[right]
        if len(self.members[kept]) < len(self.members[gone]):
            kept, gone, shift = gone, kept, -shift
        total = self.weight[kept] + self.weight[gone]
        moved = self.place[gone] - shift
        self.place[kept] = (self.place[kept] * self.weight[kept] + moved * self.weight[gone]) / total
        self.weight[kept] = total
        self.open[kept] += self.open.pop(gone)
        for member in self.members.pop(gone):
            self.block[member] = kept
            self.offset[member] += shift
            self.members[kept].append(member)
        return kept

    def places(self) -> list[float]:
        return [self.place[block] + offset for block, offset in zip(self.block, self.offset, strict=True)]


def _joined(
    layers: Sequence[Sequence[int]], straight: Sequence[tuple[int, int, float]], count: int
) -> tuple[list[int], list[float]]:  # fmt: skip
    """For each point the first of its column, and its place beside that one. An edge that crosses one that runs
    straight already is left out, so that columns keep their order from layer to layer."""
    place = {point: at for layer in layers for at, point in enumerate(layer)}
    layer_of = {point: number for number, layer in enumerate(layers) for point in layer}
    taken: dict[int, list[tuple[int, int]]] = {}
    up: dict[int, tuple[int, float]] = {}
    down: set[int] = set()
    for upper, lower, right in straight:
        a, b = place[upper], place[lower]
        there = taken.setdefault(layer_of[upper], [])
        # None of those taken cross, so that they are in the order of both their ends.
        at = bisect(there, (a, b))
        crosses = (at > 0 and there[at - 1][1] > b) or (at < len(there) and there[at][1] < b)
        if upper in down or lower in up or crosses:
            continue
        there.insert(at, (a, b))
        down.add(upper)
        up[lower] = upper, right
    of, off = list(range(count)), [0.0] * count
    for layer in layers:
        for point in layer:
            if point in up:
                above, right = up[point]
                of[point], off[point] = of[above], off[above] + right
    return of, off
