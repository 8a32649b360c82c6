"""The door for browsers and machines beside the pages: log-in, API, headers. Starlette only, no Streamlit."""
