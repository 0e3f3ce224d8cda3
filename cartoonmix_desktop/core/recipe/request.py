"""What is asked of a model: frozen, checked, the same on wire, history and form."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import force_setattr

from cartoonmix_desktop.core.prompt.muting import spoken
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.recipe.inputs import Model, Value

WRITTEN = ("prompt", "negativePrompt")
"""Inputs in which something may be muted."""


class GenerationRequest(Struct, frozen=True):
    """One run: a model and the value of each of its inputs.

    Attributes:
        model: slug, e.g. ``"futurist/CartoonMix v1.0"``.
        values: wire name to value; read-only.
    """

    model: str
    values: Mapping[str, Value]

    def __post_init__(self) -> None:
        force_setattr(self, "values", MappingProxyType(dict(self.values)))

    def __hash__(self) -> int:
        return hash((self.model, frozenset(self.values.items())))

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    @classmethod
    def build(cls, raw: Mapping[str, object], model: Model = CARTOONMIX) -> GenerationRequest:
        """Check ``raw`` against the model's description.

        Args:
            raw: wire name to text or number; what is missing takes its default.
            model: the description.

        Raises:
            InputError: the first value that cannot be meant; `Model.check` gives all of them.
        """
        values, errors = model.check(raw)
        if errors:
            raise errors[0]
        return cls(model.slug, values)

    def body(self) -> dict[str, Value]:
        """What is sent: every input, without the callback address when there is none.

        What is muted in prompts is only in `values`.
        """
        return {
            k: spoken(v) if k in WRITTEN and isinstance(v, str) else v
            for k, v in self.values.items()
            if not (k == "callbackUrl" and not v)
        }

    @property
    def samples(self) -> int:
        """How many pictures it asks for; 1 where it does not say."""
        value = self.values.get("samples")
        return value if isinstance(value, int) and value > 0 else 1

    @property
    def prompt(self) -> str:
        """The prompt, or an empty string."""
        return str(self.values.get("prompt", ""))

    @property
    def title(self) -> str:
        """First line of the prompt as it is sent that is not blank, whitespace folded."""
        lines = (" ".join(line.split()) for line in spoken(self.prompt).splitlines())
        return next((line for line in lines if line), "")
