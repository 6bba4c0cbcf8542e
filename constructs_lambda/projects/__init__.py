"""Projects made from a folder of templates: checked names, rendered files, and all of them or none on the disk."""

from constructs_lambda.projects.files import File, write_project
from constructs_lambda.projects.names import names_of
from constructs_lambda.projects.templates import Template, Variable, read_template

__all__ = ["File", "Template", "Variable", "names_of", "read_template", "write_project"]
