"""What can happen in a room, one file a matter: its events, the commands that ask for them, and
what the server itself reports."""
