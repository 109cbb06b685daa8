"""The staff's rooms, under ``/equipe``: sign-in, helpdesk, library, accounts."""
