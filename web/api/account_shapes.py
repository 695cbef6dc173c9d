"""What goes over the wire about users, sessions and tokens."""

from marshmallow import Schema, fields, validate

from ledger.service.passwords import LEAST, MOST
from ledger.service.tokens import OF_TOKENS, Scope
from ledger.service.users import UserRole

_NAME = {"description": "An e-mail address, or any short name.", "example": "lin@fab.example"}
_PASSWORD = {"description": f"{LEAST} to {MOST} characters; a sentence is fine."}
_PARTY = {"description": "An enrolled party; the caller's own if not said."}


class SetUp(Schema):
    """Accept an invitation."""

    secret = fields.String(required=True, metadata={"description": "The end of the link."})
    name = fields.String(metadata={**_NAME, "description": "Where the link names nobody."})
    password = fields.String(required=True, metadata=_PASSWORD)


class SignIn(Schema):
    """Sign in."""

    name = fields.String(required=True, metadata=_NAME)
    password = fields.String(required=True)


class NewPassword(Schema):
    """Choose another password."""

    old = fields.String(required=True)
    new = fields.String(required=True, metadata=_PASSWORD)


class Me(Schema):
    """Who one is."""

    name = fields.String(required=True, metadata={"description": "A user, or a token's id."})
    party = fields.String(required=True)
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)


class Session(Schema):
    """A browser that is signed in."""

    id = fields.String(required=True)
    current = fields.Boolean(required=True, metadata={"description": "It is the one that asks."})
    agent = fields.String(required=True)
    createdAt = fields.DateTime(required=True)  # noqa: N815 - as it is on the wire
    seenAt = fields.DateTime(required=True)  # noqa: N815 - as above
    expiresAt = fields.DateTime(required=True)  # noqa: N815 - as above


class Sessions(Schema):
    """One's sessions, the newest first."""

    sessions = fields.List(fields.Nested(Session), required=True)


class NewUser(Schema):
    """Whom to invite."""

    name = fields.String(required=True, metadata=_NAME)
    role = fields.Enum(UserRole, by_value=True, required=True)
    party = fields.String(metadata=_PARTY)


class ChangedUser(Schema):
    """What to change of a user."""

    role = fields.Enum(UserRole, by_value=True)
    disabled = fields.Boolean()


class User(Schema):
    """A user; *disabledAt* is null while it may sign in."""

    name = fields.String(required=True)
    party = fields.String(required=True)
    role = fields.Enum(UserRole, by_value=True, required=True)
    createdAt = fields.DateTime(required=True)  # noqa: N815 - as above
    disabledAt = fields.DateTime(required=True, allow_none=True)  # noqa: N815 - as above


class Users(Schema):
    """Users, by name."""

    users = fields.List(fields.Nested(User), required=True)


class Invited(Schema):
    """An invitation."""

    name = fields.String(required=True, allow_none=True)
    party = fields.String(required=True)
    role = fields.Enum(UserRole, by_value=True, required=True)
    expiresAt = fields.DateTime(required=True)  # noqa: N815 - as above
    link = fields.String(required=True, metadata={"description": "Works once; give it to them."})


class NewToken(Schema):
    """What a token is to be for."""

    label = fields.String(required=True, validate=validate.Length(1, 100))
    scopes = fields.List(
        fields.Enum(Scope, by_value=True, validate=validate.OneOf(OF_TOKENS)),
        load_default=[Scope.READ],
    )
    days = fields.Integer(load_default=365, strict=True, validate=validate.Range(1, 3650))
    party = fields.String(metadata=_PARTY)


class Token(Schema):
    """A token, without its secret."""

    id = fields.String(required=True)
    party = fields.String(required=True)
    label = fields.String(required=True)
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)
    createdAt = fields.DateTime(required=True)  # noqa: N815 - as above
    expiresAt = fields.DateTime(required=True)  # noqa: N815 - as above
    revokedAt = fields.DateTime(required=True, allow_none=True)  # noqa: N815 - as above
    usedAt = fields.DateTime(required=True, allow_none=True)  # noqa: N815 - as above


class Tokens(Schema):
    """Tokens, the oldest first."""

    tokens = fields.List(fields.Nested(Token), required=True)


class IssuedToken(Token):
    """A new token, and the text that its program shows."""

    token = fields.String(required=True)
