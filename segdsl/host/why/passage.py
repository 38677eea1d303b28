"""The way through a rule's steps to one of its actions: what has to hold on it, and the waits between.

Comes in: a rule and an action of it, by identity. Goes out: its stretches, one from the trigger and one behind each
wait. A wait is known by its key: two paths whose rest is the same share it.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from segdsl.plan import nodes as p


@frozen
class Stretch:
    """What is passed in one step of a flow: `behind` the wait that was over (None: from the trigger on). All of `held`
    (the rule, gates, paths) have to hold; the paths `passed by` of a `branch first` must not."""

    behind: p.Pause | None = None
    held: tuple[p.Rule | p.Gate | p.Path, ...] = ()
    passed_by: tuple[p.Path, ...] = ()


Passage = tuple[Stretch, ...]


def passages(rule: p.Rule) -> Iterator[tuple[p.Action, Passage]]:
    """Every action of a rule with the way to it."""
    return _of_steps(rule.steps, (Stretch(None, (rule,)),))


def _of_steps(steps: tuple[p.Step, ...], way: Passage) -> Iterator[tuple[p.Action, Passage]]:
    for step in steps:
        match step:
            case p.Act(_, actions):
                yield from ((action, way) for action in actions)
            case p.Gate():
                way = _further(way, step)
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                way = (*way, Stretch(step))
            case p.Branch(kind, paths):
                before: tuple[p.Path, ...] = ()
                for path in paths:
                    yield from _of_steps(path.steps, _further(way, path, before))
                    if kind == "first":
                        before = (*before, path)


def _further(way: Passage, held: p.Gate | p.Path, passed_by: tuple[p.Path, ...] = ()) -> Passage:
    last = evolve(way[-1], held=(*way[-1].held, held), passed_by=(*way[-1].passed_by, *passed_by))
    return (*way[:-1], last)
