"""The charts of a data_visualization block.

Source: docs.slack.dev/reference/block-kit/blocks/data-visualization-block (June 2026). Newer libraries allow twelve
segments or series where the page says six; the stand-in holds to six, which both accept.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sandbox.blockkit.shape import Shape, broken

Label = Annotated[str, Field(min_length=1, max_length=20)]
AxisTitle = Annotated[str, Field(max_length=50)]


class Segment(Shape):
    """A slice of a pie, sized by its share of the sum."""

    label: Label
    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Pie(Shape):
    """A pie of up to six segments."""

    type: Literal["pie"]
    segments: Annotated[list[Segment], Field(min_length=1, max_length=6)]


class Point(Shape):
    """One value over one category of the axis."""

    label: Label
    value: Annotated[float, Field(allow_inf_nan=False)]


class Series(Shape):
    """A named row of points."""

    name: Label
    data: Annotated[list[Point], Field(min_length=1, max_length=20)]


class Axis(Shape):
    """The categories in order, and the titles of both axes."""

    categories: Annotated[list[Label], Field(min_length=1, max_length=20)]
    x_label: AxisTitle | None = None
    y_label: AxisTitle | None = None


class Plot(Shape):
    """A chart over categories: bars, areas or lines."""

    type: Literal["bar", "area", "line"]
    series: Annotated[list[Series], Field(min_length=1, max_length=6)]
    axis_config: Axis

    @model_validator(mode="after")
    def covers_each_category_once(self) -> Self:
        """Every series has exactly one point for every category, under a name of its own."""
        categories = sorted(self.axis_config.categories)
        if len(set(categories)) < len(categories):
            raise broken("must not contain duplicates", "axis_config", "categories")
        for index, series in enumerate(self.series):
            if sorted(point.label for point in series.data) != categories:
                raise broken("must provide one data point for each category", "series", index, "data")
        if len({series.name for series in self.series}) < len(self.series):
            raise broken("must have unique names", "series")
        return self


Chart = Annotated[Pie | Plot, Field(discriminator="type")]
