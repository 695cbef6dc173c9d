"""What to do about a finding: what to look at next, with the goods at hand, and how it heals.

For officers and clerks, in plain words; docs/findings.md has more of each. Example::

    ACTIONS[Code.OVERDUE].look     # "Ask the carrier where the goods are ..."
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.finding import Code
from ledger.judge import Match


@dataclass(frozen=True, slots=True)
class Action:
    """*look*: what to look at or ask for next; *remedy*: what settles it, and by whom."""

    look: str
    remedy: str


ACTIONS: Mapping[Code, Action] = {
    Code.UNKNOWN_ITEM: Action(
        "Read the number on the item again, every digit; ask who holds papers for it.",
        "Its maker commissions it, or its present holder registers it.",
    ),
    Code.NO_ORIGIN: Action(
        "Compare the label with the markings on the chip itself; ask for proof of purchase.",
        "Its maker commissions it.",
    ),
    Code.NOT_HOLDER: Action(
        "Find out who really has the item, and whether a second one bears this number.",
        "The party that holds it by the record ships it; or the mistaken entry is corrected.",
    ),
    Code.NOT_CONSIGNEE: Action(
        "Compare the address on the parcel with the consignee by the record.",
        "The sender ships it to the right party; or the mistaken entry is corrected.",
    ),
    Code.NOT_IN_TRANSIT: Action(
        "Ask the holder by the record whether the item has left its premises.",
        "The holder records the shipment; or the mistaken entry is corrected.",
    ),
    Code.ALREADY_EXISTS: Action(
        "Assume that two items bear one number: look for both, read the numbers inside each chip.",
        "An inspector finds out which is genuine and records it; the other gets its own number.",
    ),
    Code.FOREIGN_PREFIX: Action(
        "Read the maker's name on the item, and ask that maker about the number.",
        "The registrar records the range for the signer, who commissions again; or the owner of"
        " the range commissions the item, and the false entry yields.",
    ),
    Code.AFTER_TERMINAL: Action(
        "Hold the item. Read the number inside the chip: another chip may bear a dead label.",
        "An inspector finds out what it is; a mistaken destruction is corrected by its signer.",
    ),
    Code.OUTSIDE_CONTAINER: Action(
        "Open the container that the record names, and see whether the item is in it.",
        "Whoever has the container in hand records the unpacking, and the act again.",
    ),
    Code.CHALLENGED: Action(
        "Compare the number with the markings on the chip; ask the challenger what it has.",
        "Nothing, if the record is right: the chain stands. An inspector may record what is so.",
    ),
    Code.UNCONFIRMED: Action(
        "Read the number again, every digit; ask the sender whether it has signed the shipment.",
        "None is needed if the number is right: once the record has it, it counts.",
    ),
    Code.PENDING_SHIPMENT: Action(
        "Ask the party that signed the receipt to show the item.",
        "The holder by the record records the shipment; the receipt then counts.",
    ),
    Code.SHORT: Action(
        "Count the parcel, compare every number with the shipment, look at the seals.",
        "The consignee receives what turns up late; else sender or consignee reports it lost.",
    ),
    Code.DAMAGED: Action(
        "Look at the item and its packing; the damage was signed for on receipt.",
        "None is needed.",
    ),
    Code.REFUSED: Action(
        "Expect the item on its way back to the sender, nowhere else.",
        "The sender signs that it has it back.",
    ),
    Code.REDIRECTED: Action(
        "Ask the sender why; compare the papers with the consignee and end user by the record.",
        "The new consignee signs that it has it.",
    ),
    Code.NOT_COUNTERSIGNED: Action(
        "Look at the proof of delivery, and ask the consignee whether it has the item.",
        "The consignee receives it, or refuses it.",
    ),
    Code.NOT_OWNER: Action(
        "Ask the owner by the record whether it has sold the item.",
        "The owner by the record transfers it, and the new one accepts.",
    ),
    Code.VOID_AFTER_DEPARTURE: Action(
        "Ask the carrier where the goods are.",
        "The consignee receives or refuses them.",
    ),
    Code.OVERDUE: Action(
        "Ask the carrier where the goods are, and the consignee whether they have come.",
        "The consignee receives them; or sender or consignee reports them lost.",
    ),
    Code.DWELL: Action(
        "Ask the carrier where the goods stand, and why; look at the seals.",
        "The consignee receives them; or the sender says when they are due, or reports them lost.",
    ),
    Code.STOLEN: Action(
        "Hold the item and call the party that reported it.",
        "Whoever reported it, or has it in hand by the record, or an inspector clears the report.",
    ),
    Code.LOST: Action(
        "Hold the item and call the party that reported it.",
        "Whoever reported it, or has it in hand by the record, or an inspector clears the report.",
    ),
    Code.TAMPERED: Action(
        "Hold the item. Look at seals, screws and labels, and read the number inside the chip.",
        "Whoever reported it, or has it in hand by the record, or an inspector clears the report.",
    ),
    Code.RECALLED: Action(
        "Ask its maker, or whoever recalled it, what is wrong with the item.",
        "Whoever recalled it, or an inspector, clears the recall.",
    ),
    Code.DETAINED: Action(
        "Leave the item where it is and call the authority that detained it.",
        "The same authority releases it.",
    ),
    Code.SEIZED: Action(
        "Call the authority that seized it: by the record it has the item.",
        "The same authority releases it.",
    ),
    Code.FUTURE: Action(
        "Trust the time of recording, not the date in the event.",
        "The signer corrects the date and sets its clock.",
    ),
    Code.BACKDATED: Action(
        "Compare the papers of the two acts: which came first?",
        "The signer of the wrong date corrects it.",
    ),
    Code.LATE_RECORD: Action(
        "Trust what was signed at the time over what was written down afterwards.",
        "None; record sooner.",
    ),
    Code.IDENTITY_MISMATCH: Action(
        "Read the number inside the chip and compare it with the label: labels get swapped.",
        "An inspector looks, and signs that it is what its number says; or what it is instead.",
    ),
    Code.IDENTITY_DUPLICATE: Action(
        "Ask for the story of the number itself: both items are listed. Find both, read them out.",
        "The maker replaces the wrong number, or its signer corrects the entry that gave it.",
    ),
    Code.IDENTITY_UNHEARD: Action(
        "Read the numbers yourself; this party has nothing to do with the item by the record.",
        "None is needed: it binds nothing and is held against nothing.",
    ),
    Code.NO_LOCATION: Action(
        "Ask its holder where it is, and to show it.",
        "The holder declares where it is; better, an inspector does.",
    ),
    Code.STALE: Action(
        "Ask its holder where it is now, and to show it.",
        "The holder declares where it is; better, an inspector does.",
    ),
    Code.WITHHELD: Action(
        "Ask the signer to disclose the place: nobody can make it another one any more.",
        "The signer sends the entry again with its disclosure.",
    ),
    Code.IMPOSSIBLE_TRAVEL: Action(
        "Ask both signers to show the item: there may be two, or one of them never had it.",
        "The signer of the wrong place or date corrects it; or an inspector settles it.",
    ),
    Code.COUNTRY_MISMATCH: Action(
        "Look at the coordinates: are the two swapped, a sign or the country wrong?",
        "The signer corrects the place; or an inspector settles it.",
    ),
    Code.CANNOT_TELL: Action(
        "Ask for a more exact place, or for papers of the border: the circle has both sides.",
        "A more exact claim takes its place; or an inspector says where it is.",
    ),
    Code.OUTSIDE_DESTINATION: Action(
        "Ask carrier and consignee why the goods are there; compare the papers with the route.",
        "A receipt where they were to go, and the next shipment; or an inspector settles it.",
    ),
    Code.CONTRADICTED: Action(
        "Ask both signers what they saw, and when: at most one of them had this item before it.",
        "The signer of the wrong place or date corrects it; or an inspector settles it.",
    ),
    Code.LICENCE_NONE: Action(
        "Ask the sender under which licence or exception it goes, or why it needs none.",
        "The sender corrects the shipment and names what it goes under, if only NLR.",
    ),
    Code.LICENCE_NOT_PARTY: Action(
        "Ask for the licence, and who may ship under it.",
        "The holder states that the sender may draw on it; or the shipment is corrected.",
    ),
    Code.LICENCE_EXPIRED: Action(
        "Ask for the licence and look at its dates; hold what has not left.",
        "The licence is stated anew with its new dates; or the shipment is called off.",
    ),
    Code.LICENCE_OUT_OF_SCOPE: Action(
        "Compare consignee, end user, place and goods with the licence itself.",
        "The licence is stated anew if it covers this; or the shipment is corrected.",
    ),
    Code.LICENCE_OVERDRAWN: Action(
        "Ask the holder how much is left, and what else went out under the licence.",
        "A higher quantity is stated; or a shipment that never took place is corrected.",
    ),
    Code.LICENCE_UNATTESTED: Action(
        "Ask to see the licence: so far its holder alone says that it is there.",
        "An authority, or the registrar who has seen it, states the same licence.",
    ),
    Code.RESTRICTED_HEADQUARTERS: Action(
        "Hold the goods, and ask who owns the party that is to have them.",
        "The shipment names the licence for it; or the registrar says anew who the party is.",
    ),
    Code.SCREENING_HIT: Action(
        "Compare address and identifiers with the list: names alone may be another's.",
        "An inspector or the registrar settles it once it is seen to be another.",
    ),
    Code.DESTINATION_RESTRICTED: Action(
        "Hold the goods, and ask for the licence to this destination.",
        "The shipment names the licence for it; or it is called off.",
    ),
    Code.CORRECTION_OPEN: Action(
        "Go by the record as it stands, and ask the parties named what is so.",
        "Whoever signed for what followed the wrong entry signs that it agrees.",
    ),
    Code.DISPUTED: Action(
        "Ask the party, over a channel you know, whether it signed this entry itself.",
        "The party signs what is so with the key that it has now; what was signed stays, marked.",
    ),
    Code.REGISTRAR_ONLY: Action(
        "Ask the party, over a channel you know, whether this key is its own.",
        "The party enrols its next key endorsed by one that it has; what was signed stays, marked.",
    ),
}

PRESENTED_TWICE = "Look for a second one: two things may bear one number. Else it was read twice."
SHARED_SERIAL = "Several items bear this serial: read maker and type on the item, or its full code."

MATCH_ACTIONS: Mapping[Match, str] = {
    Match.MATCH: "None: it is where the record has it.",
    Match.OTHER_SHIPMENT: "Ask for the papers of the shipment that it belongs to by the record.",
    Match.ELSEWHERE: "Compare the label with the markings on the chip: by the record it is not"
    " here. Ask the party that holds it by the record to show its own.",
    Match.UNKNOWN: "Read the number again; compare the label with the markings on the chip.",
}

LOOKS: Mapping[str, str] = {
    **{code.value: action.look for code, action in ACTIONS.items()},
    "unknown": MATCH_ACTIONS[Match.UNKNOWN],
    "ambiguous": SHARED_SERIAL,
    "twice": PRESENTED_TWICE,
}
"""What to look at, for the browser's verifier: by the code of a finding, or what a check says."""
