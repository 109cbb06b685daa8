"""The documents as editors see them: added, replaced, withdrawn, erased, kept true."""
