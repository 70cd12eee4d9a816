"""CSAF 2.0 and 2.1 documents (OASIS Common Security Advisory Framework), as far as finding them again needs."""

from collections.abc import Mapping
from typing import Any

from wardround.core.advisories._document import WHOLE, child, document_of, objects, text, time_of
from wardround.core.advisories._model import CsafDocument
from wardround.core.vocab import BadInput
from wardround.core.vocab._cves import CVE


def read_csaf(raw: bytes | Mapping[str, Any], *, where: str) -> CsafDocument:
    """One document: who published it, its tracking id, version and dates, its CVEs; the product tree stays in `document`.

    Raises BadInput with the JSON pointer: another CSAF version, no tracking id, publisher or dates (CSAF 2.0, section 3.2.1).
    """
    document = document_of(raw, where=where)
    head = child(document, "/document", where=where)
    if head.get("csaf_version") not in ("2.0", "2.1"):
        raise BadInput(
            f"CSAF {str(head.get('csaf_version'))[:20]!r} is not read",
            where=f"{where} /document/csaf_version",
            do="get it as CSAF 2.0 or 2.1",
        )
    tracking = child(document, "/document/tracking", where=where)
    publisher = child(document, "/document/publisher", where=where)
    tracking_id, namespace = text(tracking, "id").strip(), text(publisher, "namespace").strip()
    if not tracking_id or not namespace:
        raise BadInput("the tracking id or the publisher's namespace is missing", where=f"{where} /document/tracking/id", do=WHOLE)
    stated = [v.get("cve") for v in objects(document, "vulnerabilities", where=f"{where} /vulnerabilities")]
    return CsafDocument(
        subject=f"{namespace} {tracking_id}",
        tracking_id=tracking_id,
        version=text(tracking, "version"),
        publisher=text(publisher, "name"),
        title=text(head, "title"),
        published=time_of(tracking.get("initial_release_date"), where=f"{where} /document/tracking/initial_release_date"),
        updated=time_of(tracking.get("current_release_date"), where=f"{where} /document/tracking/current_release_date"),
        cves=tuple(dict.fromkeys(cve for cve in stated if isinstance(cve, str) and CVE.fullmatch(cve))),
        document=document,
    )
