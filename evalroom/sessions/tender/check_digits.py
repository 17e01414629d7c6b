"""Numbers that carry their own proof: firms (GB 32100), persons (GB 11643), places (GB/T 2260).

Each function gives the code of what is wrong, or None. A code that is not given is not asked about.
"""

import re
from datetime import date

_FIRM_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FIRM_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_FIRM = re.compile(f"[{_FIRM_SIGNS}]{{18}}")

_PERSON_SIGNS = "10X98765432"
_PERSON_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_PERSON = re.compile(r"[1-9][0-9]{16}[0-9X]")

# Provinces, autonomous regions, municipalities; 71 Taiwan, 81 Hong Kong, 82 Macao.
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"
    " 71 81 82".split()
)
_REGION = re.compile(r"[0-9]{6}")


def firm_fault(code: str) -> str | None:
    """统一社会信用代码: 18 signs without I, O, S, V, Z, the last one a check sign modulo 31."""
    if not _FIRM.fullmatch(code):
        return "uscc_malformed"
    signs = zip(code, _FIRM_WEIGHTS, strict=False)
    total = sum(_FIRM_SIGNS.index(sign) * weight for sign, weight in signs)
    return None if _FIRM_SIGNS[-total % 31] == code[17] else "uscc_check_digit"


def person_fault(code: str) -> str | None:
    """居民身份证号码: region, date of birth, sequence, and a check sign modulo 11."""
    if not _PERSON.fullmatch(code) or not _is_date(code[6:14]):
        return "id_card_malformed"
    total = sum(int(sign) * weight for sign, weight in zip(code, _PERSON_WEIGHTS, strict=False))
    return None if _PERSON_SIGNS[total % 11] == code[17] else "id_card_check_digit"


def region_fault(code: str) -> str | None:
    """行政区划代码: six digits that begin with a province; the list below it changes every year."""
    return None if _REGION.fullmatch(code) and code[:2] in _PROVINCES else "region_malformed"


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
