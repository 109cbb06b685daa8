"""French assistant for the Petites villes de demain programme: finds, answers, cites."""
