"""The recipe of Pond, the small text-to-video model built into TimeRipple Studio."""
