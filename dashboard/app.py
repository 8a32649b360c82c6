"""The entry that Streamlit runs for every visitor; everything is in ``dashboard.ui.shell``."""

from dashboard.ui.shell import main

main()
