"""What reading a workbook gathers: the value, the places of its parts, the faults of cells."""

from typing import Any

from evalroom.workbook.faults import CellFault, Place, WorkbookFault, at


class Collector:
    """The JSON value under construction, and where each part of it stands in the workbook."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value
        self.faults: list[WorkbookFault] = []
        self._places: dict[str, Place] = {}

    def put(self, path: str, part: Any) -> None:
        """Set a part at a path of names with dots between, making the objects on the way."""
        whole = self.value
        *way, last = path.split(".")
        for name in way:
            whole = whole.setdefault(name, {})
        whole[last] = part

    def list_at(self, path: str) -> list[dict[str, Any]]:
        """The list at a name, made if it is not there."""
        parts: list[dict[str, Any]] = self.value.setdefault(path, [])
        return parts

    def locate(self, path: str, place: Place) -> None:
        """Remember where a part stands. The first place of a whole is where the whole is shown."""
        self._places[path] = place
        while "." in path:
            path = path.rpartition(".")[0]
            self._places.setdefault(path, place)

    def is_located(self, path: str) -> bool:
        return path in self._places

    def place_of(self, path: str) -> Place:
        """The cell of a part, or of the nearest whole around it that has one."""
        while path and path not in self._places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._places.get(path, ("", ""))

    def fault(self, place: Place, code: str, **params: str | int) -> None:
        self.faults.append(at(place, CellFault(code, **params)))

    def warn(self, place: Place, code: str, **params: str | int) -> None:
        self.faults.append(WorkbookFault(*place, code, params, severity="warning"))
