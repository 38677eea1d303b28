"""What segdsl costs, beside other engines and beside programs written by hand: `python -m benchmarks`.

Each part is a module with `measure(sizes)`, which gives a `Result`; `__main__.py` lists them. README.md here says what
is compared with what, and why that is fair.
"""
