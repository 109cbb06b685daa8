"""What is answered: understanding, choice of statements, verdicts, composition."""
