"""Users from the console: a link to choose a password by, and who there is."""

from ledger.service.opening import open_ledger
from ledger.service.users import accept


def test_a_link_is_printed_by_which_one_becomes_a_user(run, world):
    link = run("user", "invite", "Lin@fab.example", "--party", "kestrel", "--role", "logger",
               "--data", world, "--url", "https://ledger.example/").stdout.strip()  # fmt: skip
    accept(
        open_ledger(world),
        link.removeprefix("https://ledger.example/setup/"),
        password="it is long enough",
    )

    assert "lin@fab.example" in run("user", "list", "--data", world).stdout
    assert 0 == run("user", "disable", "lin@fab.example", "--data", world).exit_code
    assert "shut out" in run("user", "list", "--data", world).stdout


def test_where_nobody_is_it_says_what_to_do(run, world):
    assert "chiptrail user invite" in run("user", "list", "--data", world).stdout


def test_a_role_that_the_party_has_not_is_refused(run, world):
    words = ("user", "invite", "lin", "--party", "kestrel", "--role", "inspector")
    answer = run(*words, "--data", world)

    assert 1 == answer.exit_code
    assert "is no inspector" in answer.stderr
