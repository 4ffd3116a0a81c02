"""What several of the requests' bodies are made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_identity.passwords import LONGEST, SHORTEST

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Password = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


class Strict(BaseModel):
    """A body that takes no field it does not name."""

    model_config = ConfigDict(extra="forbid")
