"""Areas and borders of polygons on the ellipsoid."""

import shapely

from tarazu.region.borders import measure, overlaps

SQUARES = [shapely.box(x, y, x + 1, y + 1) for y in (12, 11) for x in (10, 11)]


def test_overlaps__are_found_where_a_long_polygon_crosses_itself_once_projected() -> None:
    wedge = shapely.Polygon([(14, 10), (14.5, 49), (-1, 10.5), (14, 10.5)])
    shapes = [*SQUARES, wedge]
    assert all(shape.is_valid for shape in shapes)
    assert overlaps(SQUARES) == []
    assert overlaps(shapes) == [(square, 4, 1.0) for square in range(4)]
    assert measure(shapes).area_km2[4] > 1e6
