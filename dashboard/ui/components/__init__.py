"""What pages are made of: escaped, semantic HTML. Nothing here knows Streamlit, so it is tested as plain text."""
