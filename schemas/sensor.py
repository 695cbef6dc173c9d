"""Sensor elements of EPCIS 2.0 (section 7.3.6): who measured, when, and what.

``sensorElement`` = ``{"sensorMetadata"?: {...}, "sensorReport": [{"type": ..., ...}, ...]}``. All
three objects take further members with URI names. The values of unlike kinds (``value``,
``stringValue``, ``booleanValue`` ...) may stand side by side, as in the standard.

    {"sensorMetadata": {"time": "2026-01-02T03:04:05Z", "deviceID": "urn:example:logger:7"},
     "sensorReport": [{"type": "Temperature", "value": 21.5, "uom": "CEL"}]}
"""

import re

from schemas.shape import (
    REPEATED_URI,
    TEXT,
    TIME,
    URI,
    Check,
    Fields,
    NameRule,
    boolean,
    code,
    list_of,
    number,
    record,
    text,
)
from schemas.vocabulary import (
    COMPONENTS,
    MEASUREMENTS,
    SENSOR_ALERTS,
    is_foreign_code,
    is_foreign_measurement,
)

_HEX = re.compile(r"[A-Fa-f0-9]+")

_DEVICE: Fields = {
    "time": TIME,
    "deviceID": REPEATED_URI,
    "deviceMetadata": REPEATED_URI,
    "rawData": URI,
    "dataProcessingMethod": REPEATED_URI,
    "bizRules": REPEATED_URI,
}
_METADATA: Fields = {**_DEVICE, "startTime": TIME, "endTime": TIME}
_REPORT: Fields = {
    **_DEVICE,
    "type": code(MEASUREMENTS, is_foreign_measurement),
    "exception": code(SENSOR_ALERTS, is_foreign_measurement),
    "microorganism": REPEATED_URI,
    "chemicalSubstance": REPEATED_URI,
    "coordinateReferenceSystem": REPEATED_URI,
    "component": code(COMPONENTS, is_foreign_code),
    "stringValue": TEXT,
    "booleanValue": boolean,
    "hexBinaryValue": text(_HEX.fullmatch, "hex digits"),
    "uriValue": URI,
    **dict.fromkeys(
        ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), number
    ),
    "uom": TEXT,
}


def sensor_elements(names: NameRule) -> Check:
    """Check of a ``sensorElementList``; *names* rules further members of its objects."""
    element: Fields = {
        "sensorMetadata": record(_METADATA, names=names),
        "sensorReport": list_of(record(_REPORT, required=("type",), names=names), least=1),
    }
    return list_of(record(element, required=("sensorReport",), names=names))
