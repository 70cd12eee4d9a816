"""Every mandatory test that a document must pass to be valid."""

from collections.abc import Callable, Mapping
from typing import Any

from wardround.core.csaf import _history, _products, _profiles, _scores, _terms
from wardround.core.csaf._model import Document, Found, Problem

BOTH: Mapping[str, Callable[[Document], Found]] = {
    "6.1.1": _products.defined,
    "6.1.2": _products.defined_once,
    "6.1.3": _products.defined_without_circle,
    "6.1.4": _products.groups_defined,
    "6.1.5": _products.groups_defined_once,
    "6.1.6": _products.of_one_mind,
    "6.1.7": _scores.one_score,
    "6.1.8": _scores.well_formed,
    "6.1.9": _scores.computed,
    "6.1.10": _scores.consistent,
    "6.1.11": _terms.weaknesses,
    "6.1.12": _terms.languages,
    "6.1.13": _terms.package_urls,
    "6.1.14": _history.sorted_history,
    "6.1.15": _terms.translations,
    "6.1.16": _history.latest_version,
    "6.1.17": _history.drafts_are_drafts,
    "6.1.18": _history.released_history,
    "6.1.19": _history.no_prerelease_in_history,
    "6.1.20": _history.no_prerelease_released,
    "6.1.21": _history.complete_history,
    "6.1.22": _history.distinct_history,
    "6.1.23": _terms.one_vulnerability,
    "6.1.24": _terms.involvements,
    "6.1.25": _terms.hashes,
    "6.1.26": _profiles.prohibited_category,
    "6.1.27.1": _profiles.informed,
    "6.1.27.2": _profiles.referred,
    "6.1.27.3": _profiles.without_vulnerabilities,
    "6.1.27.4": _profiles.with_product_tree,
    "6.1.27.5": _profiles.with_notes,
    "6.1.27.6": _profiles.with_status,
    "6.1.27.7": _profiles.with_vex_status,
    "6.1.27.8": _profiles.with_id,
    "6.1.27.9": _profiles.with_impact,
    "6.1.27.10": _profiles.with_action,
    "6.1.27.11": _profiles.with_vulnerabilities,
    "6.1.28": _terms.two_languages,
    "6.1.29": _products.remedies_name_products,
    "6.1.30": _history.one_versioning,
    "6.1.31": _products.versions_are_versions,
    "6.1.32": _products.flags_name_products,
    "6.1.33": _products.one_justification,
}
ONLY_21: Mapping[str, Callable[[Document], Found]] = {
    "6.1.34": _products.branches_bounded,
    "6.1.35": _products.remedies_agree,
    "6.1.36": _products.remedies_fit_status,
    "6.1.38": _terms.sharing,
}


def check(document: Mapping[str, Any]) -> list[Problem]:
    """What the mandatory tests of CSAF find in a document (2.0: section 6.1, whole; 2.1: what it shares with it, and more).

    An empty list means valid, as far as these tests go; the JSON schema is not part of them. Never raises, whatever the
    document holds: what is not of the expected type counts as absent.
    """
    read = Document(document)
    tests = {**BOTH, **ONLY_21} if read.is_21 else BOTH
    return [Problem(test, pointer, message) for test, find in tests.items() for pointer, message in find(read)]
