"""Mappings (TOML files) of the columns and values of a csv file of events."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Initiator = Literal["state", "militant", "foreign_state", "other", "unclear"]
Tactic = Literal[
    "state_operation",
    "suicide",
    "air_strike",
    "abduction_execution",
    "rocket_mortar_grenade",
    "bomb_ied",
    "armed_assault",
    "clash",
    "unclear",
]
Target = Literal[
    "militants",
    "rail",
    "sectarian_religious",
    "government_political",
    "mining_construction_workers",
    "road_bus",
    "gas_energy",
    "civilians",
    "security_forces",
    "unclear",
]
ColumnName = Annotated[str, Field(max_length=200)]
Precision = Annotated[int, Field(ge=1, le=5)]
NOTHING = ""  # stands for a column that the file does not have


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class MappedColumns(_Section):
    """Names of the file's columns; those left out are not known.

    Attributes
    ----------
    date : column of the day, in one of the forms of `dates`; needed, or the three of its parts.
    year, month, day : columns of its parts; 0 or empty where not known.
    count : column of the number of events that a row stands for; else it is 1.
    event_id : column of an identifier; two rows that differ cannot have the same.
    date_precision : column of the precision of the day, if its form does not tell it.
    country, province : column of where the event was; rows outside the region are left out.
    district : column of the district, in any of its spellings; needed, or latitude and longitude.
    place : column of a town or village; a known one beats the district named.
    place_precision : column of the precision of the place in UCDP's code, 1 (exact) to 7.
    latitude, longitude : column of the place in degrees; used with --boundaries.
    initiator : column of who began it, see `[values]`. tactic : column of how it was done.
    target : column of who or what it was aimed at.
    group : column of the armed group, as the source names it.
    deaths : column of all deaths, where they are not given by side.
    deaths_state, deaths_militant, deaths_civilian, deaths_unknown : column of deaths of this side.
    text : column of a description or headline. source : column of who reported it.
    """

    date: ColumnName = NOTHING
    year: ColumnName = NOTHING
    month: ColumnName = NOTHING
    day: ColumnName = NOTHING
    count: ColumnName = NOTHING
    event_id: ColumnName = NOTHING
    date_precision: ColumnName = NOTHING
    country: ColumnName = NOTHING
    province: ColumnName = NOTHING
    district: ColumnName = NOTHING
    place: ColumnName = NOTHING
    place_precision: ColumnName = NOTHING
    latitude: ColumnName = NOTHING
    longitude: ColumnName = NOTHING
    initiator: ColumnName = NOTHING
    tactic: ColumnName = NOTHING
    target: ColumnName = NOTHING
    group: ColumnName = NOTHING
    deaths: ColumnName = NOTHING
    deaths_state: ColumnName = NOTHING
    deaths_militant: ColumnName = NOTHING
    deaths_civilian: ColumnName = NOTHING
    deaths_unknown: ColumnName = NOTHING
    text: ColumnName = NOTHING
    source: ColumnName = NOTHING

    @model_validator(mode="after")
    def _says_when_and_where(self) -> MappedColumns:
        parts = [self.year, self.month, self.day]
        if bool(self.date) == any(parts) or (any(parts) and not all(parts)):
            raise ValueError("name the column of the date, or those of year, month and day")
        if not self.district and not (self.latitude and self.longitude):
            raise ValueError("name the column of the district, or those of latitude and longitude")
        return self


class MappedValues(_Section):
    """What the file's values mean; "*" stands for all that are not listed.

    Attributes
    ----------
    initiator, tactic, target : a value of the column, and what it means.
    date_precision : a value of the column, and UCDP's code: 1 the day, to 5 the year.
    """

    initiator: dict[str, Initiator] = Field(default_factory=dict)
    tactic: dict[str, Tactic] = Field(default_factory=dict)
    target: dict[str, Target] = Field(default_factory=dict)
    date_precision: dict[str, Precision] = Field(default_factory=dict)


class Mapping(_Section):
    """How to read one kind of csv file.

    Attributes
    ----------
    name : short name, lower case and hyphens. title : name of the data in outputs.
    licence : licence of the data. citations : how to cite them.
    columns : names of the file's columns. values : what their values mean.
    dates : forms of the date, as Python's strptime has them, each with UCDP's code of the
        precision that it gives: 1 the day, 2 to 3 the week, 4 the month, 5 the year.
    missing_deaths : what an empty cell of deaths means: the row is rejected, or nobody died.
    codes : further columns that rules of your own may name, by the name that they use.
    rules : file of rules of your own, beside the mapping; default: the values decide.
    """

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    licence: str
    citations: list[str] = Field(default_factory=list)
    columns: MappedColumns
    values: MappedValues = MappedValues()
    dates: dict[str, Precision] = Field(default_factory=lambda: {"%Y-%m-%d": 1})
    missing_deaths: Literal["reject", "zero"] = "reject"
    codes: dict[str, ColumnName] = Field(default_factory=dict)
    rules: str | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Mapping:
        for column in ("initiator", "tactic", "target"):
            is_named, is_valued = (
                bool(getattr(self.columns, column)),
                bool(getattr(self.values, column)),
            )
            if is_named != is_valued:
                raise ValueError(
                    f"columns.{column} and values.{column} belong together: the column, and what "
                    "its values mean"
                )
        if not self.dates:
            raise ValueError("dates is empty: give at least one form, for example '%Y-%m-%d' = 1")
        for form in self.dates:
            if "%" not in form:
                raise ValueError(f"dates: {form!r} is not a form of a date, for example '%d.%m.%Y'")
        return self

    def names(self) -> tuple[str, ...]:
        """Return the columns that the file must have."""
        mapped = [name for _, name in self.columns if name]
        return tuple(dict.fromkeys([*mapped, *self.codes.values()]))
