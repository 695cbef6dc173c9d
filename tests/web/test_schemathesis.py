"""What the API says of itself is so, whatever is sent: cases made from its own description.

Of right form and of wrong, each is answered as described, with a status, a type and a body that the
description has, and never with a 5xx.
"""

from datetime import timedelta

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from ledger.service.founding import OPERATOR
from ledger.service.tokens import OF_TOKENS, issue
from web.limits import Limits

SEED = 6


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


def failures(app, headers):
    """What does not fit, and how many requests were made."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    schema.config.seed = SEED
    schema.config.update(headers=headers, continue_on_failure=True)
    schema.config.generation.update(max_examples=10, database="none")
    # Of the right form, a signature, a password or a cursor may still be refused.
    schema.config.checks.positive_data_acceptance.enabled = False
    # It cannot be asked of an application without a server.
    schema.config.checks.ignored_auth.enabled = False
    asked, found = 0, []
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            checks = [check for made in event.recorder.checks.values() for check in made]
            infos = [check.failure_info for check in checks if check.failure_info]
            found += [f"{info.failure}\n{info.code_sample}" for info in infos]
    return asked, found


@pytest.mark.parametrize("who", ["nobody", "one who may everything"])
def test_every_answer_is_as_the_description_says(web, who):
    web.app.extensions["chiptrail-limits"] = Limits(None)
    web.world.commission("fab", web.world.chips(2))
    _, token = issue(web.world.ledger, OPERATOR, "all", {*OF_TOKENS}, timedelta(days=1))
    headers = {} if who == "nobody" else {"Authorization": f"Bearer {token}"}
    asked, found = failures(web.app, headers)

    assert asked > 500
    assert [] == found
