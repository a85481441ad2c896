"""Every model the simulator knows, written by hand from the field lists of real servers."""

from __future__ import annotations

from ..schema import Model
from . import account, base, chatter, helpdesk, project, technical

ALL: tuple[Model, ...] = (
    *technical.MODELS,
    *base.MODELS,
    *chatter.MODELS,
    *account.MODELS,
    *project.MODELS,
    *helpdesk.MODELS,
)
