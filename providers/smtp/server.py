"""Which server takes mail, as whom, and how it is kept from others' eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from providers.endpoint import checked_host, is_loopback
from providers.smtp.address import mailbox

Security = Literal["starttls", "tls", "none"]
_PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}

_ANSWERS: Final = 10
"""How many times its patience for one answer a server may take for all of them."""


class MailServer(BaseModel):
    """A server that takes mail for delivery.

    What is not given follows from the rest: port 465 means ``tls``; a server on this machine that
    wants no password is spoken to as it is; everything else has to offer STARTTLS. A password goes
    over an open connection only where ``security`` was set to ``none``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str
    port: int | None = Field(default=None, ge=1, le=65535)
    """587, 465 or 25 if not set, as the security has it."""
    username: str | None = None
    password: SecretStr | None = None
    """For those who want a login; without both nobody logs in."""
    security: Security | None = None
    """``starttls``, ``tls`` from the first byte, or ``none``."""
    sender: str | None = None
    """Who the mail is from, ``name@host`` or ``Homelab <name@host>``; the username if it is one."""
    verify_ssl: bool = True
    ca_cert: Path | None = None
    timeout: float = Field(default=30.0, gt=0, le=300)
    """Seconds to wait for each answer."""

    @field_validator("host")
    @classmethod
    def _host_alone(cls, value: str) -> str:
        return checked_host(value)

    @field_validator("sender")
    @classmethod
    def _mailbox(cls, value: str | None) -> str | None:
        return None if value is None else str(mailbox(value))

    @field_validator("username", "password")
    @classmethod
    def _without_controls(cls, value: SecretStr | str | None) -> SecretStr | str | None:
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value or ""
        if not plain.isprintable():
            raise ValueError("contains a line break or another character that cannot be sent")
        return value

    @model_validator(mode="after")
    def _whole_login(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError(
                "a login takes username (SMTP_USERNAME) and password (SMTP_PASSWORD): "
                f"there is no {'username' if self.username is None else 'password'}"
            )
        return self

    @property
    def is_local(self) -> bool:
        """Whether it is this machine, so that nobody is in between."""
        return is_loopback(self.host)

    @property
    def protection(self) -> Security:
        """How the connection is kept from others' eyes."""
        if self.security is not None:
            return self.security
        if self.port == _PORTS["tls"]:
            return "tls"
        return "none" if self.is_local and self.password is None else "starttls"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or _PORTS[self.protection]

    @property
    def name(self) -> str:
        """What it is called in messages."""
        host, port = self.address
        return f"{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def author(self) -> str | None:
        """Who mail is from, in its normal form; None if nobody said it."""
        if self.sender is not None or self.username is None:
            return self.sender
        try:
            return str(mailbox(self.username))
        except ValueError:
            return None

    @property
    def patience(self) -> float:
        """Seconds that a whole mail may take, from the connection to the last answer."""
        return self.timeout * _ANSWERS

    @property
    def remark(self) -> str:
        """What the operator should know of how it is set up; empty if nothing."""
        if self.protection == "none" and self.password is not None and not self.is_local:
            return (
                f"the password for {self.name} is sent unencrypted: whoever is in between can "
                "read it; SMTP_SECURITY=starttls or tls encrypts it"
            )
        return ""
