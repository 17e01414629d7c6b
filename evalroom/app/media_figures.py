"""What media count, without a label for a session."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from evalroom.monitoring.hub import Hub
from evalroom.monitoring.recording import Recording
from evalroom.monitoring.tile import WallFigures


@dataclass(frozen=True, eq=False)
class MediaFigures(Collector):
    """`open` gives the number of each kind of thing that is open now, by its name."""

    hub: Hub
    walls: WallFigures
    recording: Recording | None
    open: Callable[[], dict[str, int]]

    def collect(self) -> Iterator[Metric]:
        for name, value in self.open().items():
            words = f"{name.replace('_', ' ').capitalize()} now"
            yield GaugeMetricFamily(f"evalroom_{name}", words, value)
        if self.recording is not None:
            disk = self.recording.disk
            words = "Room for recordings: 0 enough, 1 low, 2 critical, 3 recording has stopped"
            yield GaugeMetricFamily("evalroom_recording_disk_level", words, disk.level)
            if disk.free is not None:
                words = "Bytes left where recordings lie"
                yield GaugeMetricFamily("evalroom_recording_free_bytes", words, disk.free)
        for counted in (self.hub.figures, self.walls):
            for name, value in msgspec.structs.asdict(counted).items():
                yield CounterMetricFamily(f"evalroom_{name}", name.replace("_", " "), value)
