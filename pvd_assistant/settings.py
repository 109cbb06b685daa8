"""One settings object, read once: ``pvd.toml`` < ``PVD_*`` environment < command-line flags."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pvd_assistant.errors import SettingsError


def _listed(value: Any) -> Any:
    """Split what the environment gives as one text, at its commas."""
    return (
        [item for item in map(str.strip, value.split(",")) if item]
        if isinstance(value, str)
        else value
    )


class Settings(BaseSettings):
    """Everything that can be chosen. Each field is ``PVD_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="PVD_", toml_file="pvd.toml", extra="forbid", frozen=True
    )

    corpus_dir: Path = Field(Path("corpus"), description="Folder of the documents.")
    index_dir: Path = Field(Path("index"), description="Folder of what is built from them.")
    data_dir: Path = Field(Path("data"), description="Folder of people's work: opinions, pages.")
    embedding: str = Field(
        "packaged",
        description="'packaged', 'st:NAME_OR_PATH' (sentence-transformers) or 'openai:MODEL'.",
    )
    embedding_url: str = Field("", description="Base URL of the embeddings server (…/v1).")
    embedding_key: SecretStr = Field(SecretStr(""), description="Its API key.")
    embedding_query_prompt: str = Field("", description="Text put before a question (st:).")
    embedding_passage_prompt: str = Field("", description="Text put before a passage (st:).")
    chroma_url: str = Field("", description="URL of a Chroma server; empty: embedded.")
    exact_search_limit: int = Field(
        50_000, ge=0, description="Sentences up to which each is compared, without asking Chroma."
    )
    llm_url: str = Field(
        "", description="Base URL of an OpenAI-compatible server (…/v1); empty: no LLM."
    )
    llm_key: SecretStr = Field(SecretStr(""), description="Its API key.")
    llm_model: str = Field("", description="Id of the model; empty: the first that writes text.")
    llm_fallback_model: str = Field(
        "", description="Id of the model asked when the first one is unknown, busy or down."
    )
    llm_timeout_s: float = Field(
        60.0, gt=0, description="Longest wait for a written answer, new tries included, in seconds."
    )
    llm_context_tokens: int = Field(
        0, ge=0, description="Tokens the model reads and writes; 0: as the server says, or 4096."
    )
    llm_answer_tokens: int = Field(700, ge=50, description="Longest written answer, in tokens.")
    llm_temperature: float = Field(0.0, ge=0, le=2, description="0: always the likeliest words.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(7860, ge=1, le=65535, description="Port of the web server.")
    question_limit: int = Field(4000, ge=200, description="Longest question read, in characters.")
    history_limit: int = Field(12, ge=0, description="Earlier messages taken into account.")
    max_file_mb: int = Field(100, ge=1, description="Largest document read, in megabytes.")
    page_timeout_s: float = Field(10.0, gt=0, description="Time to read one PDF page, in seconds.")
    max_pages: int = Field(2000, ge=1, description="Most pages read in one document.")
    data_gouv_url: str = Field(
        "https://www.data.gouv.fr", description="Where `corpus sync communes` reads the list."
    )
    geo_url: str = Field("https://geo.api.gouv.fr", description="Where `corpus sync geo` reads.")
    aides_url: str = Field(
        "https://aides-territoires.beta.gouv.fr", description="Where `corpus sync aides` reads."
    )
    at_api_key: SecretStr = Field(SecretStr(""), description="Aides-territoires API key.")
    annuaire_url: str = Field(
        "https://api-lannuaire.service-public.gouv.fr/api/explore/v2.1",
        description="Where `corpus sync prefectures` reads.",
    )
    web_stylesheet: Path | None = Field(
        None, description="CSS file loaded after the pages' own: colours, type."
    )
    web_header: Path | None = Field(None, description="HTML file put above the pages' header.")
    web_footer: Path | None = Field(
        None, description="HTML file put in the footer, instead of its note."
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="SQLAlchemy address of the database; empty: SQLite in data_dir."
    )
    api_key: SecretStr = Field(
        SecretStr(""), description="Key of the API; empty: open to this machine only."
    )
    api_rate_limit: int = Field(
        60, ge=0, description="API requests a minute from one address; 0: as many as it wants."
    )
    api_concurrency: int = Field(8, ge=1, description="API requests answered at the same time.")
    api_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), description="Origins of other sites whose pages may use the API (https://…)."
    )
    session_idle_minutes: int = Field(
        60, ge=1, description="Minutes after which an idle signed-in browser must sign in again."
    )
    session_hours: int = Field(
        10, ge=1, description="Hours after which any signed-in browser must sign in again."
    )
    log_level: str = Field("WARNING", description="Level of the logs written to stderr.")

    @property
    def official_dir(self) -> Path:
        """Folder of the official data that ``corpus sync`` refreshes."""
        return self.data_dir / "official"

    @property
    def library_dir(self) -> Path:
        """Folder of the documents that people added: uploads, validated replies."""
        return self.data_dir / "library"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: flags, then the environment, then ``pvd.toml``."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """Read the settings; a flag that is ``None`` was not given.

    :raises SettingsError: a value is impossible, or ``pvd.toml`` cannot be read.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"]) or "pvd.toml"
        raise SettingsError("settings.invalid", name=name, reason=first["msg"]) from error
    except ValueError as error:  # tomllib.TOMLDecodeError
        raise SettingsError("settings.unreadable", path="pvd.toml", reason=error) from error
