"""The walk over a value beside the types of the model."""

import msgspec
import pytest
from msgspec import inspect

from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.shape import path_of, shape_of
from tests.sessions.tender.examples import lawful


def test_a_place_is_shown_as_a_path() -> None:
    assert path_of(None) == ""
    assert path_of((((None, "bids"), 2), "price")) == "bids[2].price"
    assert path_of(((None, "identifiers"), "项目 编号")) == 'identifiers["项目 编号"]'


def test_a_type_that_files_cannot_hold_is_our_own_mistake() -> None:
    with pytest.raises(TypeError, match="no such type"):
        shape_of(inspect.FloatType(), 1.0)


def test_what_the_walk_accepts_the_model_accepts() -> None:
    assert shape_of(inspect.type_info(Tender), lawful()) == []
    assert msgspec.convert(lawful(), Tender).title == "测试项目"
