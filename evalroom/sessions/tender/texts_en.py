"""Faults in English, by code; what stands in braces are the parameters of a fault."""

ENGLISH: dict[str, str] = {
    # The file as a whole.
    "file_too_large": "The file is larger than {limit} bytes.",
    "file_empty": "The file is empty.",
    "file_is_archive": "This is a workbook or an archive, not JSON; import workbooks as .xlsx.",
    "byte_order_mark": "The file begins with a {encoding} byte order mark; save it as plain UTF-8.",
    "not_utf8": "The file is not UTF-8 (byte {at}).",
    "not_json": "Line {line}, column {column} is not JSON, near: {near}",
    "nested_too_deep": "Brackets are nested too deep for a tender file.",
    "too_many_containers": "The file holds more than {limit} objects and lists.",
    "too_many_values": "The file holds more than {limit} values.",
    "unknown_format": "The format is {text}; this program reads {expected}.",
    "more_faults": "There are more faults than the {shown} shown; mend these first.",
    # Types and texts.
    "expected_object": "An object is expected, this is {found}.",
    "expected_list": "A list is expected, this is {found}.",
    "expected_text": "A text is expected, this is {found}.",
    "expected_text_key": "The name must be a text, this is {found}.",
    "expected_boolean": "true or false is expected, this is {found}.",
    "expected_whole_number": "A whole number is expected, this is {found}.",
    "expected_decimal": "A decimal number in quotes is expected, this is {found}.",
    "missing": "It is missing.",
    "unknown_field": "There is no such field.",
    "unknown_field_similar": "There is no such field; did you mean {suggestion}?",
    "key_twice": "It stands more than once in the same object.",
    "unknown_word": "“{text}” cannot stand here; possible: {allowed}.",
    "unknown_word_similar": (
        "“{text}” cannot stand here; did you mean {suggestion}? Possible: {allowed}."
    ),
    "text_empty": "It may not be empty.",
    "text_too_long": "The text has {length} characters, {limit} are allowed.",
    "text_control_character": "It holds the invisible character {code_point}; type it anew.",
    "text_surrounding_blanks": "There are blanks before or after the text.",
    "too_many_parts": "There are {count}, {limit} are allowed.",
    "whole_number_out_of_range": "It must lie between 0 and {limit}.",
    "number_for_decimal": (
        'Amounts, points and rates are written in quotes, as "{text}", so that none is rounded.'
    ),
    "decimal_malformed": (
        "“{text}” is not a decimal number; write 2288231.72, without separators, units and blanks."
    ),
    "decimal_exponent": "“{text}” has an exponent; write it as a plain decimal number.",
    "decimal_not_finite": "“{text}” is not a number.",
    "decimal_too_many_digits": "“{text}” has more than {digits} digits before the point.",
    "decimal_too_many_places": "“{text}” has more than {places} decimal places.",
    # Parts that refer to each other.
    "id_twice": "The id “{id}” is used twice.",
    "no_such_section": "There is no section “{id}”.",
    "no_such_bid": "There is no bid “{id}”.",
    "no_such_member": "There is no member “{id}”.",
    "no_such_venue": "There is no venue “{id}”.",
    "section_without_criteria": "This section has no criteria.",
    # Criteria.
    "points_missing": "The points are missing.",
    "points_not_positive": "The points must be above 0.",
    "field_not_for_kind": "The kind “{kind}” does not use this; leave it out.",
    "values_missing": "A fixed list needs its values.",
    "value_twice": "The value {value} is listed twice.",
    "value_beyond_points": "{value} does not lie between 0 and {points}.",
    "full_mark_not_listed": "The full mark {points} is not listed: nobody can get it.",
    "deduction_missing": "A fixed deduction needs its points.",
    "deduction_beyond_points": "The deduction must be above 0 and at most {points}.",
    "interval_not_positive": "The interval must be above 0.",
    "interval_beyond_points": "The interval is larger than the points, {points}.",
    "interval_does_not_divide": (
        "{points} points are no multiple of the interval; the full mark can be given all the same."
    ),
    "band_empty": "The band “{label}” holds no value.",
    "band_beyond_points": "The band “{label}” goes beyond 0 to {points}.",
    "band_gap": "Between the bands “{lower}” and “{upper}” there are values without a name.",
    "band_overlap": "The bands “{lower}” and “{upper}” overlap.",
    "band_top_open": "The highest band “{label}” leaves out the full mark; write ≤{points}.",
    "band_bottom_open": "The lowest band “{label}” begins at {low}; lower values have no name.",
    "preliminary_is_pass_fail": "A preliminary section only passes or fails; no “{kind}” there.",
    "detailed_gives_points": (
        "A detailed section gives points; put pass/fail items into a preliminary section."
    ),
    "source_missing": "It must say which structured data it is read from.",
    "source_not_used": "Only criteria read from structured data have a source.",
    "data_missing": "This bid lacks the data for criterion “{criterion}”.",
    "data_does_not_fit": "The data do not fit points, interval or list of criterion “{criterion}”.",
    "no_scorers": "The committee has none of “{scored_by}”: nobody would score this.",
    "scorers_differ": "Averaging {level} needs the same scorers for all that is added up.",
    # Amounts and dates.
    "amount_not_positive": "It must be above 0.",
    "price_missing": "The price is missing, here and in the opening record.",
    "rate_beyond_one": "It must be a fraction between 0 and 1; ten per cent is 0.10.",
    "deductions_take_all": "The deductions add up to 100 % or more.",
    "deduction_twice": "This bid claims “{basis}” twice.",
    "shares_do_not_sum": "The shares of the consortium do not add up to 1.",
    "digest_malformed": "A SHA-256 is expected: 64 lower-case hexadecimal digits.",
    "pages_none": "There must be at least 1 page.",
    "time_malformed": "This is not a time such as 2026-03-18T09:30.",
    "date_malformed": "This is not a date such as 2026-03-18.",
    "benchmark_missing": "The benchmark is fixed at the opening, but its record has none.",
    "benchmark_of_nothing": "Every bid is left out of the benchmark: there is none.",
    "evaluated_price_not_positive": "Rounded to {places} places the evaluated price is 0.",
    "too_many_places": "At most {limit} decimal places.",
    "word_twice": "It is listed twice.",
    "trim_nothing": "A trimmed mean drops at least 1 value on each side.",
    "trim_leaves_nobody": "Trimming would leave nobody: more members are needed than are dropped.",
    "candidates_none": "At least 1 candidate is recommended.",
    "tie_breaker_twice": "“{field}” stands twice among the tie-breakers.",
    "technical_sections_unknown": (
        "Ties are broken by technical points; the policy technical_sections must say which "
        "sections."
    ),
    "credit_missing": "Ties are broken by credit, but this bid has no credit score.",
    # Policies.
    "unknown_policy": "There is no policy “{name}”.",
    "unknown_policy_similar": "There is no policy “{name}”; did you mean {suggestion}?",
    "policy_twice": "The policy “{name}” is given twice.",
    "policy_value": "The policy “{name}” may be: {allowed}.",
    # Committee and seats.
    "committee_missing": "The committee is not in the file yet.",
    "committee_too_small": (
        "The committee has {count} members; at least {least} are needed (招标投标法 37; 87号令 47)."
    ),
    "committee_even": (
        "The committee has {count} members; the number must be odd (招标投标法 37; 87号令 47)."
    ),
    "committee_small_for_budget": (
        "From a budget of 10 million on the committee has 7 or more members, not {count} (87号令 "
        "47)."
    ),
    "too_few_experts": (
        "{count} experts are less than two thirds of {size} members (招标投标法 37; 87号令 47)."
    ),
    "representative_may_not_lead": "The purchaser's representative may not lead (87号令 45).",
    "alias_twice": "The alias “{alias}” is used twice: nobody could tell the two apart.",
    "every_member_scores": (
        "In government procurement every member scores every bid (87号令); is this the document's "
        "rule?"
    ),
    "venues_missing": "The venues are not in the file yet.",
    "main_venues": "There must be exactly one main venue, not {count}.",
    "seated_twice": "The member “{member}” has two seats.",
    "not_seated": "The member “{member}” has no seat.",
    # Rules of the tender.
    "second_opening_needs_two_envelopes": (
        "A second opening belongs to works with two envelopes, and these have no other way."
    ),
    "price_hidden_after_opening": (
        "Government procurement reads prices out at the opening; hiding them later is pointless."
    ),
    "price_hidden_but_read_out": "The opening record holds the prices; hiding them is pointless.",
    "abnormal_rate_unlawful": (
        "The rate for abnormally low prices lies between {least} and {most} (财库〔2026〕2号)."
    ),
    "competition_not_negotiable": (
        "In government procurement fewer than {least} valid bids end the evaluation (87号令 43)."
    ),
    "too_few_bids_procurement": "{count} bids: fewer than three are not evaluated (87号令 43).",
    "too_few_bids_works": "{count} bids, fewer than {least} (招标投标法 28).",
    "too_many_candidates": "At most {most} candidates are recommended (实施条例 53).",
    "points_do_not_sum": "All points with the price's make {total}, not {full}.",
    "price_not_scored": "The price gives no points; that is for fixed prices only (87号令 55).",
    "price_weight_too_low": (
        "For {category} the price weighs at least {least} of all points (87号令 55)."
    ),
    "points_not_counted": "By {method} no points decide: this criterion does not count.",
    # Price preferences.
    "deduction_rates_differ": (
        "“{basis}” is deducted at {rate} here and {other} there; a tender has one rate "
        "(财库〔2020〕46号 9)."
    ),
    "deduction_outside_procurement": (
        "Price preferences are government procurement's; is this the tender document's rule?"
    ),
    "deduction_in_reserved_package": (
        "A package reserved for small firms gives no preference for “{basis}” (财库〔2020〕46号 9)."
    ),
    "deduction_rate_unlawful": (
        "The rate for “{basis}” lies between {least} and {most} "
        "(财库〔2020〕46号; 财库〔2022〕19号; 国办发〔2025〕34号)."
    ),
    "deduction_without_evidence": "The preference names no evidence.",
    "deduction_without_consortium": "A consortium is claimed, but none is described.",
    "deduction_size_unknown": (
        "A small firm is claimed, but its size is not given (goods: the manufacturer's)."
    ),
    "deduction_for_larger_firm": (
        "A {size} firm has no small firm's preference (goods: the manufacturer counts)."
    ),
    "domestic_among_domestic": (
        "All bids claim domestic products; without others there is no preference "
        "(国办发〔2025〕34号)."
    ),
    # Numbers with a proof.
    "uscc_malformed": (
        "This is not a unified social credit code: 18 digits and capitals without I, O, S, V, Z."
    ),
    "uscc_check_digit": (
        "The check sign of the credit code is wrong (GB 32100); without a code leave it empty."
    ),
    "id_card_malformed": "This is not an identity number: 18 signs with a date of birth.",
    "id_card_check_digit": "The check sign of the identity number is wrong (GB 11643).",
    "region_malformed": "This is not a region code: six digits (GB/T 2260).",
    "identifier_length": "It has {length} characters where {usual} are usual.",
    "identifier_long": "It has {length} characters, more than the usual {usual}.",
    # Findings.
    "price_above_ceiling": "The price is above the ceiling or budget {ceiling}: for the committee.",
    "price_unlike_opening": "The opening record says {opening}.",
    "price_not_in_opening": "The opening record has no price of this bid.",
    "file_hash_unusual": "This is not a digest of 64 hexadecimal digits.",
    "bidder_twice": "The same as bid “{other}”: did one bidder hand in two?",
    "file_twice": "The file is identical with that of bid “{other}”.",
    "fingerprint_shared": "The same as in bid “{other}”; the committee is told before it begins.",
    "brand_missing": "The brand of the core product is missing (87号令 31).",
    "brand_shared": "The same brand as bid “{other}”: they count as one bidder (87号令 31).",
    "cell_without_reason": "A rejection, or an item that asks for it, needs a reason.",
    # Before a session.
    "regime_not_yet_supported": "“{regime}” cannot be held live yet, only recomputed by tally.",
    "method_not_yet_supported": "“{method}” cannot be held live yet, only recomputed by tally.",
    "sheets_in_session": "A real session takes no prepared sheets.",
    "nothing_there": "It may not be empty.",
    "too_many_cells": "Members × bids × criteria are {count} cells, {limit} are allowed.",
    # Sheets.
    "sheet_missing": "This member's sheet is missing.",
    "item_missing": "Nobody filled criterion “{criterion}” for bid “{bid}”.",
    "member_unknown": "The committee has no such member.",
    "bid_unknown": "There is no such bid.",
    "criterion_unknown": "There is no such criterion.",
    "not_a_scorer": "This member does not score this.",
    "values_differ": "All must agree on bid “{bid}”, and they differ.",
    "cell_missing": "This cell is empty.",
    "value_not_a_number": "A number is expected.",
    "value_out_of_range": "It is out of range.",
    "value_off_interval": "It is off the interval.",
    "value_not_in_list": "It is none of the listed values.",
    "value_unknown": "Pass/fail items take pass or fail, deductions apply or none.",
    "price_not_positive": "The price must be above 0.",
}
