"""The application for servers with several processes; its settings are in the environment.

granian --interface wsgi --workers 4 --workers-kill-timeout 30 web.wsgi:app
gunicorn --workers 4 --threads 8 web.wsgi:app
"""

from ledger.service.opening import open_ledger
from ledger.service.workers import end_with_parent, keep_for_good
from web.app import make_app
from web.settings import from_environment

_place, _settings = from_environment()
app = make_app(open_ledger(_place.folder, _place.database, reserve=_place.reserve), _settings)
end_with_parent()
keep_for_good()
