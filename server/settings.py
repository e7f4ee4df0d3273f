"""Every setting, with its default and a sentence. `__main__` alone reads the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

_MAIL_SERVER = re.compile(r"(smtps|smtp|smtp\+plain)://([^@\s]*@)?[^@/\s]+")
_MAIL_ADDRESS = re.compile(r"[^@<>\s]+@[^@<>\s]+")
_KNOWN = {"language": ("zh", "en"), "whisper_engine": ("faster-whisper", "openai-whisper")}


def _setting(default: Any, sentence: str) -> Any:
    return field(default=default, metadata={"sentence": sentence})


@dataclass(frozen=True, slots=True)
class Settings:
    """Frozen when the program starts. Each field is also `JIANGTAI_<NAME>` in the environment."""

    data: Path = _setting(Path("data"), "Folder that holds everything: database, files, models.")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.")
    public_url: str = _setting("", "Address people type, where it differs from host and port.")
    database_url: str = _setting("", "SQLAlchemy address of a PostgreSQL; empty: SQLite in `data`.")
    language: str = _setting("zh", "Language of pages until a person chooses: zh or en.")
    timezone: str = _setting("Asia/Shanghai", "Time zone of dates on pages.")
    school: str = _setting("", "Name of the school, as it stands on printed sheets.")
    demo: bool = _setting(False, "Start with a demo school.")
    tls_certificate: str = _setting("", "PEM file with the certificate chain, for https.")
    tls_key: str = _setting("", "PEM file with the certificate's private key.")
    whisper_model: str = _setting("base", "Whisper model: a name (tiny, base, …) or a folder.")
    whisper_engine: str = _setting("faster-whisper", "faster-whisper or openai-whisper.")
    live_model: str = _setting("", "Whisper model for live captions; empty: the same one.")
    whisper_threads: int = _setting(2, "Processor threads a speech process may use.")
    hub_endpoint: str = _setting("", "Hub to fetch models from; empty: the usual one.")
    face_model: str = _setting("", "YuNet ONNX file for framing hints; empty: OpenCV's cascade.")
    sface_model: str = _setting(
        "", "SFace ONNX file; with a face_model, face check-in can be used."
    )
    upload_limit: int = _setting(4 * 1024**3, "Largest upload, bytes.")
    slides_limit: int = _setting(100 * 1024**2, "Largest slide file, bytes.")
    session_hours: int = _setting(12, "Hours without use after which a person is signed out.")
    stun_servers: str = _setting("", "STUN and TURN addresses for browsers, separated by spaces.")
    webrtc_viewers: int = _setting(120, "WebRTC viewers of one room; further ones get HLS.")
    smtp_url: str = _setting(
        "", "Mail server: smtps://, smtp:// or smtp+plain://, user:password@host."
    )
    smtp_sender: str = _setting("", "Address that mail comes from.")
    turn_servers: str = _setting("", "TURN relays that know `turn_secret`, separated by spaces.")
    turn_secret: str = _setting("", "Secret shared with the TURN relays (coturn: use-auth-secret).")
    udp_ports: str = _setting("", "UDP port range for media, for example 40000-40999; empty: any.")
    seal_check_days: int = _setting(30, "Days after which a sealed recording is checked; 0: never.")
    retention_notice_days: int = _setting(14, "Days between the notice and a due deletion.")

    lrs_requests: int = _setting(
        30_000, "Requests a minute one learning record client may make; 0: any number."
    )
    lrs_body_limit: int = _setting(8 * 1024**2, "Largest xAPI statements or document, bytes.")
    lrs_attachments_limit: int = _setting(
        64 * 1024**2, "Largest xAPI statements with their attachments, bytes."
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], **given: Any) -> "Settings":
        """Defaults, overridden by `JIANGTAI_*`, overridden by `given` (None: not given).

        Raises ValueError with a sentence that names the setting.
        """
        values: dict[str, Any] = {}
        for setting in fields(cls):
            name = f"JIANGTAI_{setting.name.upper()}"
            if name in environment:
                values[setting.name] = _parse(name, environment[name], setting.default)
        values |= {name: value for name, value in given.items() if value is not None}
        return cls(**values)._checked()

    def _checked(self) -> "Settings":
        """Itself. Raises ValueError where something could not work later."""
        if not 0 <= self.port <= 65535:
            raise ValueError(f"the port must be from 0 to 65535, not {self.port}.")
        for name, known in _KNOWN.items():
            if getattr(self, name) not in known:
                raise ValueError(f"JIANGTAI_{name.upper()} must be {' or '.join(known)}.")
        if self.timezone not in available_timezones():
            raise ValueError(f"JIANGTAI_TIMEZONE names no time zone: {self.timezone}.")
        if self.smtp_url and not _MAIL_SERVER.fullmatch(self.smtp_url):
            raise ValueError("JIANGTAI_SMTP_URL must be smtps://, smtp:// or smtp+plain:// a host.")
        if self.smtp_url and not _MAIL_ADDRESS.fullmatch(self.smtp_sender):
            raise ValueError("JIANGTAI_SMTP_SENDER must be the address that mail comes from.")
        return self

    @property
    def address(self) -> str:
        """What to type into a browser."""
        scheme = "https" if self.tls_certificate else "http"
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::") else self.host
        return self.public_url or f"{scheme}://{host}:{self.port}"


def _parse(name: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        return text.strip().lower() in ("1", "true", "yes", "on")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{name} must be a whole number, not {text!r}.") from None
    return Path(text) if isinstance(default, Path) else text
