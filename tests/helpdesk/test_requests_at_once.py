"""Eight people draft and correct at once, from two processes: nothing is lost, on both databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from helpdesk_people import colleague
from replies import DRAFTED, TAKEN, reply
from sqlalchemy import func, select

from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow

PEOPLE, EACH, SHARED = 8, 25, 3
#: One process: four people, each 25 requests with a correction, and a text for a request that all share.
WORK = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from pydantic import SecretStr
from replies import DRAFTED, TAKEN, reply
from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
folder, url, each, shared, *people = sys.argv[1:]
settings = Settings(data_dir=Path(folder), database_url=SecretStr(url))
database = Database(settings)
store = RequestStore(database, settings)
draft = reply(*DRAFTED)
def work(account):
    person = Person(int(account), "", f"Personne {account}", frozenset({Role.HELPDESK}))
    for n in range(int(each)):
        number = store.create(person, TAKEN, draft)
        assert store.write(person, number, 2, f"{account} a écrit {n}").accepted
    for n in range(int(shared)):
        seen = store.get(1)
        store.write(person, 1, seen.version, f"{account} partage {n}")
with ThreadPoolExecutor(len(people)) as pool:
    list(pool.map(work, people))
database.close()
"""


def test_two_hundred_drafts_by_eight_people_at_once(
    database: Database, database_settings: Settings
) -> None:
    people = [colleague(database, f"Personne {n}") for n in range(PEOPLE)]
    store = RequestStore(database, database_settings)
    assert store.create(people[0], TAKEN, reply(*DRAFTED)) == 1
    given = [str(database_settings.data_dir), database_settings.database_url.get_secret_value()]
    halves = (people[: PEOPLE // 2], people[PEOPLE // 2 :])
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WORK,
                *given,
                str(EACH),
                str(SHARED),
                *(str(p.id) for p in half),
            ],
            cwd=Path(__file__).parent,
        )
        for half in halves
    ]
    assert [one.wait(120) for one in running] == [0, 0]
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(RequestRow)) == 1 + PEOPLE * EACH
        own = session.scalars(
            select(ReplyVersionRow.body).where(
                ReplyVersionRow.request_id != 1, ReplyVersionRow.origin == "person"
            )
        ).all()
    assert sorted(own) == sorted(f"{p.id} a écrit {n}" for p in people for n in range(EACH))
    # On the request they share, every text is there, taken up or kept aside, under a number of its own.
    versions = store.versions(1)
    assert sorted(v.number for v in versions) == list(range(1, PEOPLE * SHARED + 2))
    written = {v.draft.body for v in versions if v.origin != "assistant"}
    assert written == {f"{p.id} partage {n}" for p in people for n in range(SHARED)}
    request = store.get(1)
    taken_up = [v for v in versions if v.origin != "aside"]
    assert request.version == 1 + len(taken_up)
    assert request.accepted == max(v.number for v in taken_up)
