"""`seg fmt`."""

from pathlib import Path

from tests.cli.conftest import RULES, Seg

ROUGH = 'segment "Golfers"   by activities   # who plays\nwhen registers\n  then add to Golfers'
SMOOTH = "segment Golfers by activities # who plays\nwhen registers then add to Golfers\n"


def test_a_file_is_rewritten_in_place(place: Path, run: Seg):
    path = place / "shop.seg"
    path.write_text(ROUGH)
    path.chmod(0o640)
    result = run("fmt", "shop.seg")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "formatted shop.seg\n1 file formatted\n"
    formatted = path.read_text()
    assert formatted == run("fmt", "-", given=ROUGH).stdout
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in place.iterdir()] == ["shop.seg"]
    assert run("fmt", "shop.seg").stderr == "1 file left as it is\n"


def test_a_link_stays_a_link(place: Path, run: Seg):
    (place / "real.seg").write_text(ROUGH)
    (place / "link.seg").symlink_to("real.seg")
    run("fmt", "link.seg")
    assert (place / "link.seg").is_symlink()
    assert (place / "real.seg").read_text() != ROUGH


def test_check_changes_nothing(place: Path, run: Seg):
    (place / "a.seg").write_text(ROUGH)
    (place / "b.seg").write_text(RULES)
    result = run("fmt", "--check")
    assert result.exit_code == 1
    assert result.stderr == "would format a.seg\n1 file would be formatted, 1 file left as it is\n"
    assert (place / "a.seg").read_text() == ROUGH
    assert run("fmt", "--check", "b.seg").exit_code == 0
    assert run("fmt", "--check", "-", given=ROUGH).exit_code == 1


def test_diff(place: Path, run: Seg, snapshot):
    (place / "a.seg").write_text(ROUGH)
    result = run("fmt", "--diff", "a.seg")
    assert result.exit_code == 0
    assert result.stdout == snapshot
    assert (place / "a.seg").read_text() == ROUGH
    assert run("fmt", "--diff", "--check", "a.seg").exit_code == 1


def test_what_is_longer_than_a_line_goes_on_in_the_next(run: Seg, snapshot):
    long = (
        "segment Fans if count of distinct product of views product "
        'where category is "Electronics" within 30 days >= 3\n'
        "event tells { first: text, second: text, third: text }\n"
        'when views product then send push "Seen" and record tells with first = "the first of them all", '
        'second = "the second of them all", third = first of category of buys where (category is "Golf" or '
        'category is "Ski" or category is "Tennis")\n'
        'test "t" { on 2026-03-01 views product "a kettle" '
        'with category = "Electronics", price = 100, brand = "Acme of Toronto" '
        'expect send email with template = "A template with a long name", '
        'name = "Somebody with a name that is long" }\n'
    )
    shown = run("fmt", "-", given=long).stdout
    assert shown == snapshot
    assert max(map(len, shown.splitlines())) <= 100
    assert run("fmt", "-", given=shown).stdout == shown


def test_windows_text_loses_its_marks(place: Path, run: Seg):
    path = place / "a.seg"
    path.write_bytes(b"\xef\xbb\xbf" + RULES.replace("\n", "\r\n").encode())
    assert "only line ends or a byte-order mark" in run("fmt", "--diff", "a.seg").stdout
    assert run("fmt", "a.seg").exit_code == 0
    assert path.read_bytes() == RULES.encode()


def test_mistakes_leave_a_file_alone(place: Path, run: Seg):
    (place / "a.seg").write_text("segment A   listed\nsegment B if if\n")
    (place / "b.seg").write_text("segment   B listed\n")
    result = run("fmt", "a.seg", "b.seg")
    assert result.exit_code == 1
    assert "a.seg:2" in result.stderr
    assert "formatted b.seg" in result.stderr
    assert (place / "a.seg").read_text() == "segment A   listed\nsegment B if if\n"
    assert (place / "b.seg").read_text() == "segment B listed\n"


def test_unknown_names_are_no_matter(place: Path, run: Seg):
    result = run("fmt", "-", given="when registers then add to Nobody")
    assert (result.exit_code, result.output) == (0, "when registers then add to Nobody\n")


def test_what_cannot_be_read(place: Path, run: Seg):
    assert run("fmt", "x.seg").exit_code == 2
    (place / "x.seg").write_bytes(b"\x00\x01\xff")
    assert run("fmt", "x.seg").exit_code == 2
    assert (place / "x.seg").read_bytes() == b"\x00\x01\xff"
    assert run("fmt", "-", given=b"\xff\xfe\x00").exit_code == 2
