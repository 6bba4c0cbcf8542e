"""Golden paths: an organisation's defaults, requirements and waivers for the functions of an app."""
