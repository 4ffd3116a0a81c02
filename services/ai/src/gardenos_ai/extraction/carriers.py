"""US insurance carriers by their usual names, and how else people call them."""

import re

_CARRIERS = """
21st Century | twenty-first century insurance
AAA | triple a | csaa | auto club
AARP
Acuity | acuity insurance
AIG
Alfa Insurance | alfa
Allianz
Allied | allied insurance ?
Allstate
American Family | amfam | american family insurance
American Modern
American National
Amica | amica mutual
Arbella
Auto-Owners | auto owners | auto-owners insurance
Berkshire Hathaway | bhhc
Bristol West
Chubb
Cincinnati Insurance | cincinnati financial | cincinnati ?
Citizens Property | citizens property insurance
CNA
Colonial Penn
Commerce Insurance | mapfre
Concord Group
Country Financial
Dairyland
Direct Auto | direct general
Donegal
Elephant | elephant insurance ?
EMC Insurance | employers mutual
Encompass ?
Erie Insurance | erie
Esurance
Farm Bureau | farm bureau insurance
Farmers | farmers insurance ?
Farmers of America
Foremost ?
Frankenmuth
Fred Loya
Gainsco
GEICO | geiko | gieco
Grange | grange insurance ?
Grinnell Mutual
Guardian Life
GuideOne
Hagerty
Hanover | the hanover | hanover insurance
Hippo | hippo insurance ?
Homesite
Horace Mann
ICW
Infinity | infinity insurance ?
John Hancock
Kemper
Kin | kin insurance ?
Lemonade ?
Liberty Mutual
MassMutual | mass mutual
Mercury | mercury insurance ?
Merchants Insurance
MetLife | met life
Metromile
Mutual of Omaha
National General | nat gen
Nationwide ?
New York Life
Next Insurance
NJM | new jersey manufacturers
Northwestern Mutual
Openly ?
Pacific Life
Pekin Insurance
PEMCO
Penn National
Philadelphia Insurance
Plymouth Rock
Preferred Mutual
Progressive ?
Prudential
PURE | pure insurance ?
QBE
Root | root insurance ?
Safe Auto | safeauto ?
Safeco
Safety Insurance
Sagicor
Secura
Selective | selective insurance ?
Sentry | sentry insurance
Shelter | shelter insurance ?
State Auto
State Farm | statefarm
Stillwater
Swyfft
The General ?
The Hartford | hartford
The Zebra
Tower Hill
Travelers | travellers ?
Trexis
Umialik
Unitrin
Universal Property
USAA
Utica National
Vermont Mutual
Wawanesa
Westfield | westfield insurance
Zurich
"""
"""One a line: the usual name, then what else it is called; `?`: it is a common word as well."""


def _read() -> tuple[dict[str, str], frozenset[str]]:
    names: dict[str, str] = {}
    common: set[str] = set()
    for line in _CARRIERS.strip().splitlines():
        usual, *others = (name.strip() for name in line.removesuffix("?").split("|"))
        for name in (usual, *others):
            names[re.sub(r"[\s-]+", " ", name.lower())] = usual
        if line.endswith("?"):
            common.add(usual)
    return names, frozenset(common)


_NAMES, COMMON_WORDS = _read()

PATTERN = (
    r"(?P<carrier>\b(?:"
    + "|".join(
        re.escape(name).replace(r"\ ", r"[\s-]+") for name in sorted(_NAMES, key=lambda each: (-len(each), each))
    )
    + r")\b(?!\s+(?:Arena|Stadium|Park|Field|Street|St\b|Ave|Road))(?:\s+(?:Insurance|Mutual|Group)\b)?)"
)
"""A carrier's name in a text, in any case; for use inside larger patterns."""


def usual_name(said: str) -> str | None:
    """`geico` is GEICO. None for a name that is no carrier's we know."""
    words = re.sub(r"[\s-]+", " ", said.lower()).strip()
    return _NAMES.get(words) or _NAMES.get(re.sub(r" (insurance|mutual|group)$", "", words))


def is_written_as_name(said: str) -> bool:
    """Whether the writing itself shows a name: capitals, or a name that is no common word."""
    return usual_name(said) not in COMMON_WORDS or said[:1].isupper() or said.isupper()
