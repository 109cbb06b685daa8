"""Models whose JSON schema is described in French, from ``data/web/api.yaml``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from pvd_assistant.messages import load_data


class Described(BaseModel):
    """A model that takes the descriptions of its fields from the data file."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Put the descriptions in; a field is described once for all models, or by ``Model.field``."""
        schema = handler(core_schema)
        resolved = handler.resolve_ref_schema(schema)
        resolved.pop(
            "description", None
        )  # the docstring of the class is for those who read the code
        said = load_data("web/api")["fields"]
        for name, field in resolved.get("properties", {}).items():
            field.pop("title", None)
            own = f"{cls.__name__}.{name}"
            if own in said or name in said:
                field["description"] = said.get(own) or said[name]
        return schema


class Given(Described):
    """What a caller sends: a field that does not exist is told, not ignored."""

    model_config = ConfigDict(extra="forbid")


def operation(name: str) -> dict[str, Any]:
    """Return the summary and the description of a route."""
    found: dict[str, Any] = load_data("web/api")["operations"][name]
    return found
