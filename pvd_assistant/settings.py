"""One settings object, read once: ``pvd.toml`` < ``PVD_*`` environment < command-line flags."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pvd_assistant.errors import SettingsError
from pvd_assistant.messages import text

#: Names a folder of files, one a setting (``pvd_database_url``): what orchestrators do with secrets.
SECRETS_DIR = "PVD_SECRETS_DIR"


def _listed(value: Any) -> Any:
    """Split what the environment gives as one text, at its commas."""
    return (
        [item for item in map(str.strip, value.split(",")) if item]
        if isinstance(value, str)
        else value
    )


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is neither an address nor a network: it would match nobody, in silence."""
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            said = text("settings.network", value=value)
            raise PydanticCustomError("network", "{said}", {"said": said}) from None
    return values


def _capital(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


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
    chat_concurrency: int = Field(
        0, ge=0, description="Questions of the chat answered at the same time; 0: as was measured."
    )
    chat_queue: int = Field(
        200, ge=0, description="Questions of the chat that may wait; the next ones are refused."
    )
    chat_rate_limit: int = Field(
        60, ge=0, description="Questions of the chat a minute from one address; 0: any number."
    )
    page_rate_limit: int = Field(
        600, ge=0, description="Pages of practices and sources a minute from one address; 0: any."
    )
    staff_rate_limit: int = Field(
        120, ge=0, description="Forms that one account sends a minute; 0: any number."
    )
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
    api_concurrency: int = Field(
        0,
        ge=0,
        description="API requests answered at the same time; 0: as many as was measured best.",
    )
    api_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), description="Origins of other sites whose pages may use the API (https://…)."
    )
    trusted_proxies: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_networks)
    ] = Field(
        (),
        description="Addresses or networks of the proxies believed about who asks (X-Forwarded-*).",
    )
    hsts_seconds: int = Field(
        0, ge=0, description="Seconds during which browsers must use https; 0: they are not told."
    )
    session_idle_minutes: int = Field(
        60, ge=1, description="Minutes after which an idle signed-in browser must sign in again."
    )
    session_hours: int = Field(
        10, ge=1, description="Hours after which any signed-in browser must sign in again."
    )
    public_url: str = Field(
        "", description="Address of the service as browsers see it (https://…); empty: as asked."
    )
    sign_in_window_minutes: int = Field(
        15, ge=1, description="Minutes during which failed sign-ins are counted."
    )
    sign_in_login_limit: int = Field(
        10, ge=1, description="Failed sign-ins of one login in that time before it must wait."
    )
    sign_in_address_limit: int = Field(
        50, ge=1, description="Failed sign-ins from one address in that time before it must wait."
    )
    oidc_issuer: str = Field(
        "", description="Address of the OpenID Connect provider; empty: passwords only."
    )
    oidc_client_id: str = Field("", description="Identifier it gave to this service.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Secret it gave with it.")
    oidc_scopes: str = Field("openid email profile", description="What it is asked, with spaces.")
    oidc_name: str = Field("", description="Its name, on the sign-in button.")
    oidc_pkce: bool = Field(
        True, description="Send a PKCE challenge; False for a provider that refuses it."
    )
    oidc_trust_email: bool = Field(
        False, description="Take its e-mail addresses as verified when it does not say."
    )
    oidc_roles_claim: str = Field("", description="Claim that holds roles or groups; empty: none.")
    oidc_roles: dict[str, str] = Field(
        default_factory=dict, description="Role of each value of that claim, unless it is one."
    )
    evaluation_questions: Path | None = Field(
        None, description="Question file (JSON lines) that the page « Qualité » asks."
    )
    helpdesk_sender_days: int = Field(
        90, ge=1, description="Days after which the name and address of who asked are erased."
    )
    helpdesk_draft_days: int = Field(
        90, ge=1, description="Days after a reply was sent when the texts it was not are erased."
    )
    helpdesk_request_days: int = Field(
        730, ge=1, description="Days after its last change when a request goes with its replies."
    )
    opinion_text_days: int = Field(
        180, ge=1, description="Days after which an opinion is left without its words."
    )
    unanswered_days: int = Field(
        365, ge=1, description="Days after which what was decided of an unanswered subject goes."
    )
    journal_days: int = Field(
        365,
        ge=1,
        description="Days during which is kept who did what, and the names of those who left.",
    )
    account_unused_days: int = Field(
        365, ge=1, description="Days without a sign-in after which an account is closed."
    )
    account_closed_days: int = Field(
        180, ge=1, description="Days after which a closed account is erased."
    )
    aside_days: int = Field(
        30, ge=1, description="Days during which what a restoration put aside is kept."
    )
    helpdesk_second_reader: bool = Field(
        True, description="Whether a reply is reviewed by somebody other than its author."
    )
    helpdesk_signature: Path | None = Field(
        None, description="Text file of the replies' signature; {name} is who signs."
    )
    library_worker: bool = Field(
        True, description="Whether this server indexes what is changed in the library."
    )
    library_undo_days: int = Field(
        30, ge=1, description="Days during which a change to the documents can be undone."
    )
    reply_review_months: int = Field(
        6, ge=1, description="Months after which a validated reply must be read again."
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_capital)
    ] = Field("WARNING", description="Level of the logs written to stderr.")
    log_format: Literal["text", "json"] = Field(
        "text", description="Logs as lines for a person, or one JSON object a line."
    )
    access_log: bool = Field(
        False, description="Log each request: method, template of its address, status, time."
    )
    metrics: bool = Field(False, description="Give Prometheus its figures at /metrics.")
    metrics_key: SecretStr = Field(
        SecretStr(""), description="Key of /metrics; empty: given to this machine only."
    )
    otlp_endpoint: str = Field(
        "", description="OpenTelemetry collector, OTLP over HTTP (http://…:4318); empty: no traces."
    )

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
        """Order the sources: flags, the environment, files of secrets, then ``pvd.toml``."""
        folder = os.environ.get(SECRETS_DIR)
        secrets = (SecretsSettingsSource(settings_cls, secrets_dir=folder),) if folder else ()
        return init_settings, env_settings, *secrets, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """Read the settings; a flag that is ``None`` was not given.

    :raises SettingsError: a value is impossible, or ``pvd.toml`` or the folder of secrets cannot be read.
    """
    secrets = os.environ.get(SECRETS_DIR)
    if secrets and not Path(secrets).is_dir():
        raise SettingsError("settings.no_secrets", variable=SECRETS_DIR, path=secrets)
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"]) or "pvd.toml"
        raise SettingsError("settings.invalid", name=name, reason=first["msg"]) from error
    except ValueError as error:  # tomllib.TOMLDecodeError
        raise SettingsError("settings.unreadable", path="pvd.toml", reason=error) from error
