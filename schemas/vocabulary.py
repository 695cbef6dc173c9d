"""Code lists of CBV 2.0 (GS1 Core Business Vocabulary, sections 7 and 8), as bare words.

EPCIS 2.0 JSON spells a standard code as a bare word (``shipping``), everybody else's as a URI. The
CBV's former URNs and a namespace that it never published are refused. The Web vocabulary's URI
(``https://ref.gs1.org/cbv/BizStep-shipping``) is what the bare word expands to, so it is accepted,
and ``bare_word`` folds it. Our own words for acts of custody, which mandates name, are here too.

    >>> bare_word("https://ref.gs1.org/cbv/BizStep-shipping", "BizStep", BIZ_STEPS)
    'shipping'
"""

import re

from schemas.formats import is_familiar_uri


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})

BIZ_STEPS = _words(
    """
    accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping
    """
)

DISPOSITIONS = _words(
    """
    active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement no_pedigree_match
    non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned
    sellable_accessible sellable_not_accessible stolen unavailable unknown
    """
)

BIZ_TRANSACTION_TYPES = _words(
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
)

SOURCE_DEST_TYPES = frozenset({"owning_party", "possessing_party", "location"})

# Those of ledger.act, which this layer does not know; a test compares.
ACTS = _words(
    """
    commission register transform pack unpack install remove ship carry deliver receive refuse void
    transfer accept declare inspect detain seize release report clear replace destroy decommission
    correct record
    """
)

ERROR_REASONS = frozenset({"did_not_occur", "incorrect_data"})

COMPONENTS = _words(
    """
    altitude axial_distance azimuth easting elevation_angle height latitude longitude northing
    polar_angle spherical_radius x y z
    """
)

SENSOR_ALERTS = frozenset({"ALARM_CONDITION", "ERROR_CONDITION"})

MEASUREMENTS = _words(
    """
    AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area
    Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent
    DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity
    ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance
    KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
    MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
    MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure
    RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle
    SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume
    VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber
    """
)

_CBV = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")
_GS1_VOC = re.compile(r"https?://(?:www\.)?gs1\.org/voc/")
_WEB_VOC = re.compile(r"(?:https://ref\.gs1\.org/cbv/|cbv:)(BizStep|Disp|SDT)-([a-z_]+)")


def is_foreign_code(text: str) -> bool:
    """Whether *text* is a URI that does not spell a CBV code in a namespace of its own."""
    return is_familiar_uri(text) and _CBV.match(text) is None


def is_foreign_measurement(text: str) -> bool:
    """Whether *text* is a URI outside the GS1 Web vocabulary: measurement and alert types."""
    return is_familiar_uri(text) and _GS1_VOC.match(text) is None


def bare_word(text: str, kind: str, codes: frozenset[str]) -> str:
    """The bare word of *codes* that *text* spells or expands to, else *text*.

    *kind* is the Web vocabulary's: ``BizStep``, ``Disp`` (disposition) or ``SDT``
    (source / destination type).
    """
    if text in codes or not (match := _WEB_VOC.fullmatch(text)):
        return text
    return match[2] if match[1] == kind and match[2] in codes else text
