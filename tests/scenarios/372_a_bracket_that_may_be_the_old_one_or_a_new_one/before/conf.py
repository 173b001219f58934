extensions = [
    "autodoc",
    "doctest",
]

# Paths that contain templates.
templates_path = ["_templates"]
