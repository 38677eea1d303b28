"""Passwords in the addresses of stores."""

import pytest

from segdsl.values.urls import masked


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("memory://", "memory://"),
        ("sqlite:////tmp/a@b:c?password=x", "sqlite:////tmp/a@b:c?password=x"),
        ("a file", "a file"),
        ("postgresql://localhost/shop", "postgresql://localhost/shop"),
        ("postgresql://me@localhost/shop", "postgresql://me@localhost/shop"),
        ("postgresql://me:s3cret@localhost:5432/shop", "postgresql://me:***@localhost:5432/shop"),
        ("postgresql://me:s3@cr:e/t?@localhost/shop", "postgresql://me:***@localhost/shop"),
        ("postgresql://h/db?user=me&Password=s3cret&sslmode=require", "postgresql://h/db?user=me&Password=***&sslmode=require"),
        ("postgresql://h/db?sslpassword=s3cret", "postgresql://h/db?sslpassword=***"),
        ("redis://:s3cret@localhost/0?prefix=shop", "redis://:***@localhost/0?prefix=shop"),
        ("unknown://me:s3cret@x", "unknown://me:***@x"),
    ],
)  # fmt: skip
def test_a_password_is_not_shown(url: str, shown: str) -> None:
    assert masked(url) == shown
