"""The entry that Streamlit runs for every visitor; everything is in ``dashboard.ui.page``."""

from dashboard.ui.page import main

main()
