"""Notices 通知: what somebody should know, in the page and by mail."""
