"""Which variables may go with which address.

What the working folder's ``.env`` says and what the operator set elsewhere are not mixed, or a
folder from a stranger could name an address and be sent the operator's token, or have the
operator's address believed without its certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sre_tui.settings.layers import Variable
from sre_tui.settings.variables import CREDENTIALS, TIED, TLS


def usable(variables: Sequence[Variable], address: Variable | None) -> list[Variable]:
    """Those of a setting's variables that may be used with an address, weakest layer first.

    Args:
        variables: what each layer has for the setting.
        address: the variable that gives the address; None if the operator gave it otherwise.
    """
    return [variable for variable in variables if _fits(variable, address)]


def left_out(told: str, setting: str, address: Variable | None) -> str:
    """The line that says that something set is not used, and why.

    Args:
        told: the variable or setting as it was written, and where.
        setting: the last step of its path.
        address: as in :func:`usable`.
    """
    where = "your own address" if address is None else f"the address in {address.told}"
    if address is not None and address.layer.of_working_folder:
        reason = "an address from a folder's .env is sent only what that file and folder hold"
    elif setting in TIED:
        reason = "where something of your own goes is not for a folder's .env to say"
    elif setting in TLS:
        reason = "how an address of your own is checked is not for a folder's .env to say"
    else:
        reason = "an address of your own gets no credentials from a folder's .env"
    return f"{told} is not used for {where}: {reason}"


def _fits(variable: Variable, address: Variable | None) -> bool:
    setting = variable.path[-1]
    is_strange = variable.layer.of_working_folder
    address_is_strange = address is not None and address.layer.of_working_folder
    if setting in TLS and is_strange and not address_is_strange:
        return False
    if setting in TIED and is_strange != address_is_strange:
        return False
    if address is None or variable is address:
        return True
    if points_out_of_folder(variable):
        return False
    return setting not in CREDENTIALS or is_strange == address_is_strange


def points_out_of_folder(variable: Variable) -> bool:
    """Whether a ``.env`` of the working folder names a file somewhere else."""
    layer = variable.layer
    if not variable.is_pointer or not layer.of_working_folder or layer.file is None:
        return False
    target = Path(variable.content).expanduser().resolve()
    return not target.is_relative_to(layer.file.parent.resolve())
