"""`python -m constructs_lambda` is the command `constructs-lambda`."""

import sys

from constructs_lambda.cli import main

if __name__ == "__main__":
    sys.exit(main())
