"""Places for the points of a layered graph: `across` a layer and `along` the layers.

Each point wants to stand where its neighbours do. A first round goes layer by layer, down and up again; in a layer this
is solved exactly, with the distances kept (isotonic regression by pooling). Then all of it comes to rest in columns
(`columns.py`).
"""

from collections.abc import Sequence
from itertools import pairwise

from attrs import define, field, frozen

from segdsl.drawing.columns import Columns
from segdsl.drawing.layers import Layers, Link

APART = 26.0
"""Between two boxes of a layer."""

BESIDE = 12.0
"""Between an edge and what stands beside it."""

STEEP = 0.18
"""A gap between two layers is at least so much of the way across that an edge does in it."""

WIDEST = 90.0
"""But not wider than this."""

PASSES = 6
PORT = 13.0
"""Between two edges at one box."""


@frozen
class Size:
    """Of a box; `ports` is the part of its side at which edges may meet it, 0 for its middle alone."""

    across: float
    along: float
    ports: float = 0.0


@frozen
class Placed:
    """`nodes` are the middle across and the start along of each node, `routes` the points of each link from its source
    to its target, `labels` the middles of labels by link; `across` and `along` are the size of it all."""

    nodes: list[tuple[float, float]]
    routes: list[list[tuple[float, float]]]
    labels: dict[int, tuple[float, float]]
    across: float
    along: float


def placed(sizes: Sequence[Size], links: Sequence[Link], gap: float) -> Placed:
    """Lay out one graph all of whose nodes hang together. `gap` is the least between two layers; between two of nodes
    there are two gaps, for there is one of labels between them."""
    return Placing(Layers.of(len(sizes), links), sizes, gap).placed()


@define(eq=False)
class Placing:
    graph: Layers
    sizes: Sequence[Size]
    gap: float
    width: list[float] = field(factory=list)
    x: list[float] = field(factory=list)
    ports: dict[tuple[int, int, bool], float] = field(factory=dict)
    edges_at: dict[tuple[int, bool], int] = field(factory=dict)
    edges: list[tuple[int, int, float, int]] = field(factory=list)
    pulls: list[list[tuple[int, float, bool]]] = field(factory=list)

    def placed(self) -> Placed:
        self._measure()
        self._set_ports()
        self._connect()
        self._settle()
        starts, thick, along = self._layer_starts()
        least = min(x - width / 2 for x, width in zip(self.x, self.width, strict=True))
        most = max(x + width / 2 for x, width in zip(self.x, self.width, strict=True))
        self.x = [x - least for x in self.x]
        layer = self.graph.layer
        nodes = [(self.x[node], starts[layer[node]]) for node in range(self.graph.count)]
        labels = {
            link: (self.x[point], starts[layer[point]] + thick[layer[point]] / 2)
            for point, link in self.graph.labels.items()
        }
        return Placed(nodes, self._routes(starts, thick), labels, most - least, along)

    def _measure(self) -> None:
        for point in range(len(self.graph.layer)):
            link = self.graph.labels.get(point)
            label = self.graph.links[link].label if link is not None else None
            is_node = point < self.graph.count
            self.width.append(self.sizes[point].across if is_node else label[0] if label else 0.0)

    def _set_ports(self) -> None:
        """Spread the edges of each node over its side, in the order of their other ends."""
        place = {point: at for layer in self.graph.layers for at, point in enumerate(layer)}
        uppers: dict[int, list[tuple[int, int]]] = {}
        lowers: dict[int, list[tuple[int, int]]] = {}
        for number, chain in enumerate(self.graph.chains):
            uppers.setdefault(chain[0], []).append((place[chain[1]], number))
            lowers.setdefault(chain[-1], []).append((place[chain[-2]], number))
        for ends, leaving in ((uppers, True), (lowers, False)):
            for node, found in ends.items():
                self.edges_at[node, leaving] = len(found)
                step = min(PORT, self.sizes[node].ports / max(1, len(found) - 1))
                for at, (_, number) in enumerate(sorted(found)):
                    self.ports[node, number, leaving] = (at - (len(found) - 1) / 2) * step

    def _connect(self) -> None:
        """All edges from layer to layer: where beside its upper point the lower one stands if it runs straight."""
        self.pulls = [[] for _ in self.graph.layer]
        for number, chain in enumerate(self.graph.chains):
            for upper, lower in pairwise(chain):
                leaves = self.ports.get((upper, number, True), 0.0)
                right = leaves - self.ports.get((lower, number, False), 0.0)
                self.edges.append((upper, lower, right, self._urgency(upper, lower)))
                self.pulls[lower].append((upper, right, True))
                self.pulls[upper].append((lower, -right, False))

    def _urgency(self, upper: int, lower: int) -> int:
        """1 for what must be straight first, 2 for what follows, 0 for what may bend: beside a box with several."""
        count = self.graph.count
        if upper >= count and lower >= count:
            return 1
        alone = self.edges_at[upper, True] == 1 if upper < count else self.edges_at[lower, False] == 1
        return 2 if alone else 0

    def _settle(self) -> None:
        self.x = [0.0] * len(self.graph.layer)
        for layer in self.graph.layers:
            at = 0.0
            for left, point in zip([None, *layer], layer, strict=False):
                at += self._distance(left, point) if left is not None else 0.0
                self.x[point] = at
        layers = self.graph.layers
        for _ in range(PASSES):
            for layer in layers:
                self._place(layer, above=True)
            for layer in reversed(layers):
                self._place(layer, above=False)
        columns = Columns.made(layers, self._straight(), self.x, self._distance)
        self.x = columns.settle([edge[:3] for edge in self.edges])

    def _straight(self) -> list[tuple[int, int, float]]:
        """The edges that should run straight: between their points, then where they are the only ones at a box."""
        chosen = [edge for edge in self.edges if edge[3]]
        return [edge[:3] for edge in sorted(chosen, key=lambda edge: edge[3])]

    def _place(self, layer: list[int], *, above: bool) -> None:
        """Move the points of a layer as near to their neighbours above, or below, as they can stand."""
        wanted, weights = [], []
        for point in layer:
            sum_, weight = self.x[point] * 0.01, 0.01
            for other, off, is_above in self.pulls[point]:
                if is_above is above:
                    sum_ += self.x[other] + off
                    weight += 1
            wanted.append(sum_ / weight)
            weights.append(weight)
        offsets = [0.0]
        for left, point in pairwise(layer):
            offsets.append(offsets[-1] + self._distance(left, point))
        pooled = isotonic([want - off for want, off in zip(wanted, offsets, strict=True)], weights)
        for point, base, off in zip(layer, pooled, offsets, strict=True):
            self.x[point] = base + off

    def _distance(self, left: int, right: int) -> float:
        count = self.graph.count
        between = APART if left < count and right < count else BESIDE
        return (self.width[left] + self.width[right]) / 2 + between

    def _layer_starts(self) -> tuple[list[float], list[float], float]:
        """Where each layer starts, how thick it is, and where the last one ends."""
        graph = self.graph
        thick = [0.0] * len(graph.layers)
        for point, layer in enumerate(graph.layer):
            link = graph.labels.get(point)
            label = graph.links[link].label if link is not None else None
            along = self.sizes[point].along if point < graph.count else label[1] if label else 0.0
            thick[layer] = max(thick[layer], along)
        starts, at = [], 0.0
        for number in range(len(graph.layers)):
            starts.append(at)
            at += thick[number] + min(WIDEST, max(self.gap, STEEP * self._widest_step(number)))
        return starts, thick, starts[-1] + thick[-1]

    def _widest_step(self, number: int) -> float:
        """How far across an edge goes from this layer to the next."""
        steps = [
            abs(self.x[other] + off - self.x[point])
            for point in self.graph.layers[number]
            for other, off, above in self.pulls[point]
            if not above
        ]
        return max(steps, default=0.0)

    def _routes(self, starts: list[float], thick: list[float]) -> list[list[tuple[float, float]]]:
        """Straight through the layers, and bent between them, so that no edge runs over a box."""
        routes = []
        for number, chain in enumerate(self.graph.chains):
            first, last = chain[0], chain[-1]
            layer = self.graph.layer
            x = self.x[first] + self.ports[first, number, True]
            start = starts[layer[first]]
            route = [(x, start + self.sizes[first].along), (x, start + thick[layer[first]])]
            for point in chain[1:-1]:
                if thick[self.graph.layer[point]] == 0.0:
                    continue  # nothing is in the way: one bend instead of two
                start = starts[layer[point]]
                route += [(self.x[point], start), (self.x[point], start + thick[layer[point]])]
            route.append((self.x[last] + self.ports[last, number, False], starts[layer[last]]))
            routes.append(route[::-1] if self.graph.turned[number] else route)
        return routes


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising numbers nearest to those wanted, by the weighted sum of squares.

    >>> isotonic([1.0, 4.0, 2.0], [1.0, 1.0, 1.0])
    [1.0, 3.0, 3.0]
    """
    pools: list[tuple[float, float, int]] = []
    for want, weight in zip(wanted, weights, strict=True):
        pool = (want, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    return [mean for mean, _, count in pools for _ in range(count)]
