"""Who may do what in the staff's rooms: people, roles, sign-in, sessions."""
