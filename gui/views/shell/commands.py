"""Every command of a window, found where it stands: in the menus and on the bars. The actions themselves, no copies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QToolBar, QToolButton, QWidget

ARROW = " ▸ "


@dataclass(frozen=True, slots=True)
class Command:
    """An action and the menus that lead to it."""

    action: QAction
    menus: tuple[str, ...]

    @property
    def name(self) -> str:
        return plain_text(self.action.text()).removesuffix("…")

    @property
    def path(self) -> str:
        """ "Run ▸ Step epoch"."""
        return ARROW.join((*self.menus, self.name))

    @property
    def keys(self) -> str:
        """Its shortcuts as people write them: "Ctrl+=, Ctrl++"."""
        return ", ".join(keys_text(keys) for keys in self.action.shortcuts())


def plain_text(text: str) -> str:
    """A menu's text without the mark of its underlined letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def keys_text(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def commands_of(window: QMainWindow) -> list[Command]:
    """The commands in the order of the menus, then what stands on a bar only; each once."""
    found: dict[int, Command] = {}
    for command in (*_in_menu(window.menuBar(), ()), *_on_bars(window)):
        found.setdefault(id(command.action), command)
    return list(found.values())


def _in_menu(menu: QWidget, menus: tuple[str, ...]) -> Iterator[Command]:
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QWidget):
            yield from _in_menu(inner, (*menus, plain_text(action.text())))
        elif not action.isSeparator() and action.text():
            yield Command(action, menus)


def _on_bars(window: QMainWindow) -> Iterator[Command]:
    for bar in window.findChildren(QToolBar):
        for button in bar.findChildren(QToolButton):
            for action in button.actions():
                if action.text() and not action.isSeparator():
                    yield Command(action, (plain_text(bar.windowTitle()),))
