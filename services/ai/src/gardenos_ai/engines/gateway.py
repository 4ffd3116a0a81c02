"""The only door to models: LiteLLM as a library, imported when it is first needed."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import Any

from gardenos_chassis.errors import Unavailable

_PASSING = frozenset({408, 409, 425, 429})
"""Too slow, at the wrong moment, too early, too often."""


class Refused(Exception):
    """The provider will not answer this, now or later: a wrong key, no such model, a text that it does not take."""


class Gateway:
    """One model of one provider. The text it is given can make it do nothing: it has no tools."""

    def __init__(self, model: str, *, key: str | None, url: str | None, timeout_seconds: float) -> None:
        self.model = model
        self._key = key
        self._url = url
        self._timeout = timeout_seconds
        self._library: Any = None
        self._takes_schema = True

    async def answer(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
        """The model's answer, asked to be JSON by the schema; whether it is, is for the caller to see.

        Raises Unavailable if asking later may help, else Refused.
        """
        library = await self._imported()
        asked: dict[str, Any] = {
            "model": self.model,
            "messages": [dict(message) for message in messages],
            "api_key": self._key,
            "api_base": self._url,
            "timeout": self._timeout,
            "num_retries": 0,
            "max_retries": 0,
            "temperature": 0,
        }
        if self._takes_schema:
            named = {"name": "findings", "strict": True, "schema": dict(schema)}
            asked["response_format"] = {"type": "json_schema", "json_schema": named}
        try:
            # Its own time-out starts anew with every byte that comes.
            async with asyncio.timeout(self._timeout + 1):
                answer = await library.acompletion(**asked)
        except library.exceptions.UnsupportedParamsError as unknown:
            if not self._takes_schema:
                raise Refused(_words(unknown)) from unknown
            self._takes_schema = False
            return await self.answer(messages, schema)
        except Exception as error:
            if _is_final(error):
                raise Refused(_words(error)) from error
            raise Unavailable(f"the model does not answer: {_words(error)}") from error
        return _text_of(answer)

    async def close(self) -> None:
        """Closes the connections that the library keeps, and forgets them: it would use closed ones again."""
        if self._library is not None:
            await self._library.close_litellm_async_clients()
            self._library.in_memory_llm_clients_cache.flush_cache()

    async def _imported(self) -> Any:
        if self._library is None:
            self._library = await asyncio.to_thread(_import)
        return self._library


def _import() -> Any:
    # Else it fetches a list of prices, and reads settings of a file in the current folder.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


def _is_final(error: Exception) -> bool:
    """Whether the provider would say the same tomorrow: by its status, for the library's kinds of error do not tell."""
    status = getattr(error, "status_code", None)
    return isinstance(status, int) and 400 <= status < 500 and status not in _PASSING


def _text_of(answer: Any) -> str:
    choices = getattr(answer, "choices", None) or []
    content = choices[0].message.content if choices else None
    return content if isinstance(content, str) else ""


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
