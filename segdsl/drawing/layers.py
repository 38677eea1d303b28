"""A graph in layers, after Sugiyama: which layer each node is in, and in which order they stand there.

Edges that close a cycle are turned round, each node goes behind all that lead to it, and an edge over several layers
becomes a chain of points, one in each. Every other layer is for the labels of edges, so that a label has a place of its
own and never lies on a box. The order in a layer is that with few crossings, found by barycentres.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise

from attrs import define, field, frozen

SWEEPS = 16
IN_VAIN = 4
"""Sweeps without a better order, after which there is no more."""


@frozen
class Link:
    """An edge between nodes by number. `label` is its label's size across and along the layers."""

    source: int
    target: int
    label: tuple[float, float] | None = None


@define(eq=False)
class Layers:
    """`layers` hold points in their order: nodes, by their numbers, and behind these the points of edges. `chains` are,
    for each link, its points from the upper end to the lower; `turned` the links drawn against their direction."""

    links: Sequence[Link]
    count: int
    layers: list[list[int]] = field(factory=list)
    layer: list[int] = field(factory=list)
    chains: list[list[int]] = field(factory=list)
    turned: list[bool] = field(factory=list)
    labels: dict[int, int] = field(factory=dict)
    above: list[list[int]] = field(factory=list)
    below: list[list[int]] = field(factory=list)

    @classmethod
    def of(cls, count: int, links: Sequence[Link]) -> "Layers":
        """`count` nodes and their links; no link leads from a node to itself."""
        made = cls(links, count)
        made.turned = turned_links(count, links)
        made.layer = _longest_paths(count, made._directed())
        made._make_chains()
        made._first_order()
        made._reduce_crossings()
        return made

    def _directed(self) -> list[tuple[int, int]]:
        return [
            (link.target, link.source) if turned else (link.source, link.target)
            for link, turned in zip(self.links, self.turned, strict=True)
        ]

    def _make_chains(self) -> None:
        """A point for each layer that an edge crosses; its label is at the one next to its source."""
        for number, (upper, lower) in enumerate(self._directed()):
            chain = [upper]
            for layer in range(self.layer[upper] + 1, self.layer[lower]):
                chain.append(len(self.layer))
                self.layer.append(layer)
            chain.append(lower)
            self.chains.append(chain)
            if self.links[number].label is not None:
                self.labels[chain[-2] if self.turned[number] else chain[1]] = number
        self.above = [[] for _ in self.layer]
        self.below = [[] for _ in self.layer]
        for chain in self.chains:
            for upper, lower in pairwise(chain):
                self.below[upper].append(lower)
                self.above[lower].append(upper)

    def _first_order(self) -> None:
        """The order in which one comes upon the points from above: that of a tree has no crossing."""
        self.layers = [[] for _ in range(max(self.layer, default=-1) + 1)]
        seen = [False] * len(self.layer)
        starts = [point for point in range(self.count) if not self.above[point]]
        for start in starts:
            waiting = [start]
            while waiting:
                point = waiting.pop()
                if not seen[point]:
                    seen[point] = True
                    self.layers[self.layer[point]].append(point)
                    waiting += reversed(self.below[point])

    def _reduce_crossings(self) -> None:
        best, fewest = [list(layer) for layer in self.layers], self.crossings()
        better = 0
        for sweep in range(SWEEPS):
            if fewest == 0 or sweep - better >= IN_VAIN:
                break
            downwards = sweep % 2 == 0
            order = range(1, len(self.layers)) if downwards else range(len(self.layers) - 2, -1, -1)
            for number in order:
                self._by_barycentre(number, self.above if downwards else self.below, -1 if downwards else 1)
            crossings = self.crossings()
            if crossings < fewest:
                best, fewest, better = [list(layer) for layer in self.layers], crossings, sweep
        self.layers = best

    def _by_barycentre(self, number: int, neighbours: list[list[int]], beside: int) -> None:
        """Sort a layer by the mean places of its neighbours in the one beside it. What has none there stays."""
        places = {point: place for place, point in enumerate(self.layers[number + beside])}
        layer = self.layers[number]
        drawn = [point for point in layer if neighbours[point]]
        keys = {p: sum(places[each] for each in neighbours[p]) / len(neighbours[p]) for p in drawn}
        rising = iter(sorted(drawn, key=keys.__getitem__))
        self.layers[number] = [next(rising) if neighbours[point] else point for point in layer]

    def crossings(self) -> int:
        """How often two edges cross."""
        total = 0
        for upper, lower in zip(self.layers, self.layers[1:], strict=False):
            places = {point: place for place, point in enumerate(lower)}
            seen: list[int] = []
            for point in upper:
                ends = sorted(places[each] for each in self.below[point])
                total += sum(len(seen) - bisect_right(seen, end) for end in ends)
                for end in ends:
                    insort(seen, end)
        return total


def turned_links(count: int, links: Sequence[Link]) -> list[bool]:
    """Which links to turn round so that no cycle is left: those that lead back to where a walk came from."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    entered = [False] * count
    for number, link in enumerate(links):
        leaving[link.source].append(number)
        entered[link.target] = True
    turned = [False] * len(links)
    state = [0] * count  # 1 while its walk goes on, 2 when it is over
    for start in sorted(range(count), key=lambda node: entered[node]):
        stack = [(start, iter(leaving[start]))] if state[start] == 0 else []
        state[start] = state[start] or 1
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                stack.pop()
                continue
            target = links[following].target
            if state[target] == 1:
                turned[following] = True
            elif state[target] == 0:
                state[target] = 1
                stack.append((target, iter(leaving[target])))
    return turned


def _longest_paths(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """A layer for each node, two further on than all that lead to it; what nothing leads to stands close to what it
    leads to."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for source, target in links:
        leaving[source].append(target)
        missing[target] += 1
    layer = [0] * count
    starts = [node for node in range(count) if missing[node] == 0]
    ready = list(starts)
    while ready:
        node = ready.pop()
        for target in leaving[node]:
            layer[target] = max(layer[target], layer[node] + 2)
            missing[target] -= 1
            if missing[target] == 0:
                ready.append(target)
    for node in starts:
        if leaving[node]:
            layer[node] = min(layer[target] for target in leaving[node]) - 2
    return layer
