"""Communes, départements and the programme's rules: what tables settle and prose cannot."""

from pvd_assistant.territory.communes import Commune, Departement, Territory

__all__ = ["Commune", "Departement", "Territory"]
