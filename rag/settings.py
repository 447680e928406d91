"""One Settings. A value comes from an argument, else ASKPAPERS_*, else the settings file, else the default."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_config_path, user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rag.errors import SettingsError
from rag.indexing.chroma_server import Server

PREFIX = "ASKPAPERS_"


class Settings(BaseSettings):
    """What can be set. Unknown names are errors, so that a misspelt setting is never ignored."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(default_factory=lambda: user_data_path("askpapers"), description="where the index lives")
    embedding: str = Field("all-MiniLM-L6-v2", description="sentence-transformers name or folder")
    embedding_runtime: Literal["auto", "torch", "openvino"] = Field("auto", description="what runs that model")
    reranker: str = Field("", description="CrossEncoder name or folder that orders the best papers anew; none if empty")
    chroma_url: str = Field("", description="a Chroma server that holds the papers, in place of the folder")
    chroma_headers: SecretStr = Field(SecretStr(""), description="what it wants in each request: `Name: value` lines")
    llm: str = Field("extractive", description="the model that answers; see askpapers llms")
    llm_key: SecretStr = Field(SecretStr(""), description="the key of an http(s):// model server")
    llm_mode: Literal["auto", "reads", "words"] = Field(
        "auto", description="whether the model reads whole abstracts or words what would be quoted; auto examines it"
    )
    context: int = Field(0, ge=0, description="the model's context window in tokens; 0 asks its server")
    checking: Literal["strict", "flag", "off"] = Field("strict", description="what becomes of unsupported sentences")
    judge: str = Field(
        "auto",
        description="what scores support: auto, coverage, llm, nli:NAME, factcg, minicheck, hhem, or an LLM setting",
    )
    sources: int = Field(8, ge=1, le=50, description="papers an answer may draw on")
    mailto: str = Field("", description="your mail address, told to services that papers are fetched from")
    openalex_key: SecretStr = Field(SecretStr(""), description="OpenAlex's key (free at openalex.org/settings/api)")
    semanticscholar_key: SecretStr = Field(SecretStr(""), description="Semantic Scholar's key")
    pubmed_key: SecretStr = Field(SecretStr(""), description="NCBI's key")
    host: str = Field("127.0.0.1", description="address the page binds")
    token: SecretStr = Field(SecretStr(""), description="what programs must send to be let in; needed beyond loopback")
    port: int = Field(7860, ge=1, le=65535, description="port the page binds; the next free one if taken")

    @property
    def server(self) -> Server | None:
        """The Chroma server, None where the papers lie in the folder. Raises SettingsError."""
        return Server.parse(self.chroma_url, self.chroma_headers.get_secret_value()) if self.chroma_url else None

    @classmethod
    def load(cls, **given: Any) -> Settings:
        """The settings, with those of `given` that are not None on top. Raises SettingsError."""
        names = {PREFIX + name.upper(): name for name in cls.model_fields}
        for variable in os.environ:
            if variable.upper().startswith(PREFIX) and variable.upper() not in names:
                close = difflib.get_close_matches(variable.upper(), names, n=1)
                hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(names)}"
                raise SettingsError(f"unknown setting {variable}{hint}")
        try:
            return cls(**{k: v for k, v in given.items() if v is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]) if first["loc"] else "settings"
            if first["type"] == "extra_forbidden":
                raise SettingsError(f"unknown setting {name!r} in {settings_file()}") from None
            raise SettingsError(f"setting {name} ({PREFIX}{name.upper()}): {first['msg']}") from None
        except ValueError as error:  # a settings file that is not TOML
            raise SettingsError(f"{settings_file()}: {error}") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, settings_file())


def settings_file() -> Path:
    """The TOML file that is read when it exists."""
    return user_config_path("askpapers") / "settings.toml"


def save(**values: str) -> Path:
    """Writes settings into the settings file, which only its owner can read; the others in it stay as they are.

    An empty value takes a setting out. Gives the file. Raises SettingsError where it cannot be read or written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = settings_file()
    try:
        kept = tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()
        for name, value in values.items():
            kept.pop(name, None)
            if value:
                kept[name] = value
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(tomlkit.dumps(kept))
        beside.chmod(0o600)
        beside.replace(file)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise SettingsError(f"{file}: {getattr(error, 'strerror', None) or error}") from None
    return file
