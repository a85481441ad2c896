"""External ids of Odoo's own technical records, which the simulated database keeps no rows of.

A field has one for each module that defines it; two rules of `account` are about the analytic lines of accounting groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .access import has_reader_rule

if TYPE_CHECKING:
    from .orm import Env

BILLING_RULE = "account_analytic_line_rule_billing_user"
READER_RULE = "account_analytic_line_rule_readonly_user"


def model_of(xml_id: str) -> str:
    """The model of the record behind such an external id."""
    return "ir.model.fields" if xml_id.startswith("field_") else "ir.rule"


def exists(env: Env, module: str, xml_id: str) -> bool:
    """Does this database have the external id."""
    if module == "account" and xml_id in (BILLING_RULE, READER_RULE):
        return xml_id == BILLING_RULE or has_reader_rule(env)
    model, _, name = xml_id.removeprefix("field_").partition("__")
    return any(name in known.fields and module == (known.fields[name].module or known.module)
               for known in env.schema.models.values() if known.name.replace(".", "_") == model)
