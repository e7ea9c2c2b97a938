"""``python -m service`` is the command ``ecobarrier``."""

import sys

from service.cli import main

sys.exit(main())
