"""The base of our frozen pydantic values; not a place for behaviour."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value compared by content; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
