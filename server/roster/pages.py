"""All addresses of the subject."""

from server.roster import intake_pages

routes = [*intake_pages.routes]  # /people/import, before /people/{id} of the accounts
