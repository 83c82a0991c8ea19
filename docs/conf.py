"""Sphinx: Markdown by MyST, furo's theme, every warning an error (make docs)."""

project = "CRM"
author = "The CRM's authors"
language = "en"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "decisions/template.md"]
html_theme = "furo"
html_title = "CRM"
html_copy_source = False
html_show_copyright = False
