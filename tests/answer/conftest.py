"""A few more real documents than the shared sample: two offers alike, their reply, projects of a region."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.index.builder import build
from pvd_assistant.settings import load_settings

REPOSITORY = Path(__file__).parents[2]
EXPERT_SAMPLE = (
    "faq/action-coeur-de-ville-et-pvd.md",
    "faq/habitat-vir-ou-diif.md",
    "offres/cartofriches-urbansimul.md",
    "offres/chef-de-projet.md",
    "offres/dispositif-intervention-immobiliere-fonciere.md",
    "offres/economes-flux-fonds-chene.md",
    "offres/fonds-vert-recyclage-foncier-friches.md",
    "offres/ort.md",
    "offres/urbanvitaliz-debloquer-projet-friche.md",
    "offres/vente-immeuble-renover.md",
    "projets/p009-lagnieu.md",
    "projets/p020-joigny.md",
    "projets/p080-argeles-gazost.md",
    "projets/p083-eauze.md",
    "projets/p084-fleurance.md",
    "projets/p092-mirande.md",
    "territoires/regles-eligibilite.md",
)


@pytest.fixture(scope="session")
def sample_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[str]], Assistant]:
    """Make an assistant over some documents of the corpus."""

    def made(names: Sequence[str]) -> Assistant:
        root = tmp_path_factory.mktemp("sample_of")
        for name in names:
            target = root / "corpus" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / "corpus" / name, target)
        settings = load_settings(corpus_dir=root / "corpus", index_dir=root / "index")
        assert not build(settings).failed
        return Assistant(settings)

    return made


@pytest.fixture(scope="session")
def expert(sample_of: Callable[[Sequence[str]], Assistant]) -> Assistant:
    """An assistant over those documents."""
    return sample_of(EXPERT_SAMPLE)
