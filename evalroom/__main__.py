"""`python -m evalroom`: hands over to the command line."""

import sys

from evalroom.cli import main

if __name__ == "__main__":
    sys.exit(main())
