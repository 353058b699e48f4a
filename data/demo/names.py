"""Invented names for Franklin: words of landscape, plants, birds and numbers, no persons and no real districts."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CITIES = ("Harrowmere", "Lanternford", "Tamaracton", "Quarrygate", "Millrace City", "Osprey Harbor")

TOWNS = _words(
    "Alderwick Amberholt Brackenmoor Brambleton Briarmouth Burdockville Candlewick Catkinbrook Chaffwell Cinderfield "
    "Cloverness Cobblestow Copperlea Cranemarsh Curlewton Dapplewood Dewberryton Driftmoor Duskwater Elderquay "
    "Emberlyn Fallowmere Featherstow Fernhollow Fiddlehead Flaxenburg Flintmere Foxglove Frostwick Gooseberry "
    "Gristmill Grouseland Hackberryton Harebell Hawkmoth Hazelmoor Heathermouth Heronsgate Hickorymere Honeylocust "
    "Ironwood Ivybank Junipertown Kestrelmoor Kingfisher Larkmeadow Larkspurton Lichenfield Limewater Loamfield "
    "Mallowbrook Marigoldton Marlstone Mistlewood Mothwing Mulberrow Nettlecombe Newtshollow Nightjar Nutmegrove "
    "Oatfield Orchardmere Otterwick Owlsmoor Peatwater Pebblemoor Pennywort Plovermouth Puddlewick Quailmere "
    "Quillport Quincebury Ramsonwood Reedwater Rookmoor Rowanwick Rushmarket Saltlick Sandpiper Sedgewater "
    "Shadbush Silverreed Skylarkton Slatewater Snowberry Sorrelton Sparrowmoor Starlingford Stonecrop Sumacton "
    "Swallowtail Tanagerton Teasel Thistlemoor Thrushwood Turnstone Umberfield Vetchling Vireo Wagtail "
    "Waxwing Wheatear Whimbrel Widgeon Wigeonmoor Willowmarsh Winterbourne Wrenfield Yarrowton Yellowroot"
)
COUNTIES = _words(
    "Bluestem Bobolink Bulrush Catamount Chickadee Coneflower Deerbrush Fescue Grackle Heartwood Hornbeam Indigobush "
    "Killdeer Loess Milkweed Nuthatch Oxbow Pawpaw Prairiesmoke Puddingstone Sassafras Switchgrass Tanglewood Tupelo"
)

CHARTERS = (
    "Lantern Bridge",
    "Two Furrows",
    "Seven Herons",
    "New Kindling",
    "Bright Furrow",
    "Wayfinder Grove",
    "Third Meadow",
    "Plainsong",
    "Wide Horizon Commons",
)
VIRTUAL = "Franklin Statewide Online Academy"

_WORDS = _words(
    "Alder Ash Aspen Bayberry Birch Bluebird Bluff Buckeye Cardinal Cattail Cedar Cherry Clover Cottonwood "
    "Dogwood Eagle Elm Evergreen Fern Foxtail Goldenrod Granite Hawthorn Hazel Heron Hickory Holly Ironwood Juniper "
    "Kestrel Lark Laurel Limestone Linden Locust Magnolia Maple Meadow Mulberry Oriole Osprey Pecan Pine Plum Poplar "
    "Prairie Quail Redbud River Robin Sandstone Sandy Sequoia Silver Spruce Stone Sumac Sycamore Thrush Timber "
    "Trillium Valley Violet Walnut Wildflower Willow Wren"
)
_FEATURES = (
    "Bend",
    "Bluff",
    "Creek",
    "Crossing",
    "Grove",
    "Heights",
    "Hill",
    "Hollow",
    "Lane",
    "Park",
    "Point",
    "Ridge",
    "Run",
    "View",
)
_STREETS = tuple(
    f"{number} {kind}"
    for number in _words("First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth")
    for kind in ("Street", "Avenue", "Ward")
)
SCHOOL_WORDS = tuple(sorted({f"{w} {f}" for w in _WORDS for f in _FEATURES if w != f} | set(_STREETS)))


def school_names(schools: pd.DataFrame, words: NDArray[np.str_]) -> pd.Series:
    """A name for each school: its town's for the first high school and wherever a district has one of a kind.

    Args:
        schools: columns town (the district's short name), suffix (what such schools are called), number (0, 1, …
            among the like schools of the district) and alike (how many of them there are).
        words: taken in turn, over and over; no district has as many schools as there are words, so no two share one.
    """
    word = pd.Series(np.resize(words, len(schools)), index=schools.index)
    towns_own = (schools["alike"] == 1) | (schools["suffix"].eq("High") & (schools["number"] == 0))
    return (word.mask(towns_own, schools["town"]) + " " + schools["suffix"]).str.strip()
