"""The demo school: its people, their lessons and what came of them."""
