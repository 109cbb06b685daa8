"""Every table, so that whoever migrates or compares them sees them all."""

from __future__ import annotations

from pvd_assistant.storage import account_tables as account_tables
from pvd_assistant.storage import helpdesk_tables as helpdesk_tables
from pvd_assistant.storage import knowledge_tables as knowledge_tables
from pvd_assistant.storage import library_tables as library_tables
from pvd_assistant.storage.models import Base as Base
