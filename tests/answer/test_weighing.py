"""Whether what was found answers, and whether what towns did answers better than the rest."""

from __future__ import annotations

import numpy as np

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.answer.weighing import Weighed, towns_answer, weigh
from pvd_assistant.model import Filters


def test_what_the_documents_hold_is_known_and_what_they_lack_is_not(assistant: Assistant) -> None:
    def known(question: str) -> bool:
        evidence = assistant.evidence(understand(question), Places(), Filters())
        return weigh(evidence, assistant.index).known

    assert known("Qui paie le poste de chef de projet ?")
    assert not known("Combien coûte une carte grise ?")


def test_towns_answer_when_one_of_them_does_about_as_well(assistant: Assistant) -> None:
    evidence = assistant.evidence(understand("Qui paie le chef de projet ?"), Places(), Filters())

    def weighed(best: float, probability: float = 0.9) -> Weighed:
        return Weighed(evidence, np.array([best]), probability)

    assert towns_answer(weighed(1.0), weighed(1.1))
    assert not towns_answer(weighed(1.0), weighed(1.5))
    assert not towns_answer(weighed(2.0, probability=0.0), weighed(1.0))
