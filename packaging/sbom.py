"""Writes what is frozen as CycloneDX 1.6, and checks that list against the bundle itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from definitions import moment, version
from outcome import Failed
from packageurl import PackageURL

if TYPE_CHECKING:
    from pathlib import Path

    from parts import Part


def write(parts: list[Part], target: Path) -> None:
    """Write the SBOM of these parts; the same parts give the same bytes.

    Args:
        parts: from `inventory.take`, ours first.
        target: the file to write.
    """
    ours, *others = parts
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, "\n".join(sorted(part.purl for part in parts))),
        components=[_component(part) for part in others],
    )
    bom.metadata.timestamp = datetime.fromtimestamp(moment(), UTC)
    bom.metadata.component = _component(ours, ComponentType.APPLICATION)
    bom.metadata.tools.components.clear()
    components = {component.purl: component for component in bom.components}
    by_name = {part.name: part for part in others if not part.within}
    root = bom.metadata.component
    outer = [components[PackageURL.from_string(p.purl)] for p in others if not p.within]
    bom.register_dependency(root, outer)
    for part in others:
        if part.within:
            holder = components[PackageURL.from_string(by_name[part.within].purl)]
            bom.register_dependency(holder, [components[PackageURL.from_string(part.purl)]])
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    for component in _components(told):  # the library writes places in an order of chance
        component.get("evidence", {}).get("occurrences", []).sort(key=lambda at: at["location"])
    target.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8", newline="\n")


def check(target: Path, bundle: Path) -> str:
    """Hold an SBOM against the standard's schema and against the frozen folder.

    Returns:
        What was found, for people.

    Raises:
        Failed: it is not valid, or bundle and list differ.
    """
    text = target.read_text("utf-8")
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise Failed(f"not CycloneDX 1.6: {error}")
    told = json.loads(text)
    if told["metadata"]["component"]["version"] != version():
        raise Failed("it is of another version")
    count = compare(told, bundle)
    return f"{len(told['components'])} components, {count} files, none of them unknown"


def compare(told: dict[str, Any], bundle: Path) -> int:
    """Hold the files that an SBOM names against a folder.

    Returns:
        How many there are.

    Raises:
        Failed: the two differ.
    """
    listed = files_of(told)
    there = {
        path.relative_to(bundle).as_posix()
        for path in bundle.rglob("*")
        if path.is_file() or path.is_symlink()
    }
    if unlisted := sorted(there - listed):
        raise Failed(f"files of no component: {unlisted}")
    if missing := sorted(listed - there):
        raise Failed(f"listed, but not in the bundle: {missing}")
    return len(there)


def files_of(told: dict[str, Any]) -> set[str]:
    """All files that the components of an SBOM are found in."""
    return {
        place["location"]
        for component in _components(told)
        for place in component.get("evidence", {}).get("occurrences", ())
    }


def _components(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [told["metadata"]["component"], *told["components"]]


def _component(part: Part, kind: ComponentType = ComponentType.LIBRARY) -> Component:
    pages = [ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(part.homepage))]
    places = [Occurrence(location=file) for file in sorted(part.files)]
    return Component(
        name=part.name,
        version=part.version,
        type=kind,
        bom_ref=part.purl,
        purl=PackageURL.from_string(part.purl),
        licenses=[LicenseFactory().make_from_string(part.licence)],
        external_references=pages if part.homepage else [],
        evidence=ComponentEvidence(occurrences=places) if places else None,
    )
