"""What is signed, with which key, and how it is proved later.

Imports nouns and errors only, so that an auditor can read and run this package alone.
"""
