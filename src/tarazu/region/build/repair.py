"""Repair of polygons whose rings touch or cross themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Repair:
    """What was wrong with a polygon, and what its repair changed.

    Attributes
    ----------
    district : name. reason : what was wrong, and where (longitude and latitude).
    area_before_km2 : enclosed by the rings as drawn; parts that run the other way count negative.
    area_after_km2 : of the valid polygon.
    """

    district: str
    reason: str
    area_before_km2: float
    area_after_km2: float

    def sentence(self) -> str:
        """Return the repair in words."""
        return (
            f"{self.district} repaired: {self.reason}; area {self.area_before_km2:,.6g} km2 as "
            f"drawn, {self.area_after_km2:,.6g} km2 after"
        )


def repair(shape: BaseGeometry, district: str) -> tuple[BaseGeometry, Repair] | None:
    """Return a polygon made valid, and what changed; None if nothing can be done.

    Spikes and other lines without area are left out. Where rings cross, the parts that they
    enclose an odd number of times remain.

    Parameters
    ----------
    shape : not valid, in longitude and latitude, degrees, all finite. district : its name.
    """
    import shapely

    try:
        made = shapely.make_valid(shape)
    except shapely.errors.ShapelyError:
        return None
    parts = [
        part
        for piece in shapely.get_parts(made)
        for part in shapely.get_parts(piece)
        if part.geom_type == "Polygon" and part.area > 0
    ]
    if not parts:
        return None
    valid = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    reason = shapely.is_valid_reason(shape)
    return valid, Repair(district, reason, _area_km2(shape), _area_km2(valid))


def _area_km2(shape: BaseGeometry) -> float:
    from shapely.geometry.polygon import orient

    from tarazu.region.borders import EARTH

    parts = getattr(shape, "geoms", (shape,))
    return sum(abs(EARTH.geometry_area_perimeter(orient(part))[0]) for part in parts) / 1e6
