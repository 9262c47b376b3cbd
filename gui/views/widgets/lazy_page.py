"""A page that is made when it is looked at for the first time, so that the window starts without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

Page = TypeVar("Page", bound=QWidget)


class LazyPage(QWidget, Generic[Page]):
    """Stands where the page will stand. ``page`` makes it, whether somebody sees it or not."""

    def __init__(self, make: Callable[[], Page]) -> None:
        super().__init__()
        self._make = make
        self._page: Page | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)

    @property
    def page(self) -> Page:
        """The page itself."""
        if self._page is None:
            self._page = self._make()
            self.layout().addWidget(self._page)
        return self._page

    @property
    def is_made(self) -> bool:
        return self._page is not None

    def showEvent(self, event: QShowEvent) -> None:
        self.page.show()  # at once: what is added while its parent appears would wait for the next turn of the loop
        super().showEvent(event)
