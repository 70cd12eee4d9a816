"""Where bulk work runs on one machine: whole estates as columns, and the advisories held against all of them."""
